import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashId } from '@cloudos/crypto/hash'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { CopyKeeper } from '@cloudos/mesh/copy/copy-keeper'
import { LAG_MAX_MS } from '@cloudos/mesh/copy/lie'
import type { ToldSightings } from '@cloudos/mesh/copy/lie'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { Incident } from '@cloudos/mesh/incident'
import { DOC } from '@cloudos/mesh/testing/family'
import { parseHead } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { parseSigned } from '@cloudos/protocol/signed'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { hoardingMedium, lyingMedium, newHoard } from '../testing/lying-medium.ts'
import type { Hoard, Show } from '../testing/lying-medium.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'

const GENERATIONS = 50

interface Watcher {
  seen: SeenHead | undefined
  settled: number
  readonly told: readonly SeenHead[]
  readonly incidents: Incident[]
}

function keeperOf(
  { profiles, identities, ways }: House,
  at: number,
  connect: () => ConnectedBlobStore,
  watcher: Watcher,
): CopyKeeper {
  const [profile, identity] = [profiles[at], identities[at]]
  assert.ok(profile && identity)
  return startCopy({
    connect: () => Promise.resolve(connect()),
    medium: 'somewhere',
    profile,
    identity,
    ways: () => ways,
    memory: {
      known: () => ({
        own: { heads: watcher.seen === undefined ? [] : [watcher.seen], settled: watcher.settled },
        told: [toldBy(identities, watcher.told)],
      }),
      save: (seen, settled) => {
        Object.assign(watcher, { seen, settled })
        return Promise.resolve()
      },
    },
    clock: stillClock,
    saveEveryMs: 3_000,
    ownDomain: () => Promise.resolve('own disk'),
    retryAfterMs: () => 1_000,
    onIncident: (incident) => watcher.incidents.push(incident),
  })
}

function newWatcher(seen?: SeenHead, told: readonly SeenHead[] = []): Watcher {
  return { seen, settled: 0, told, incidents: [] }
}

/** The last of the devices has said so long ago. */
function toldBy(identities: House['identities'], told: readonly SeenHead[]): ToldSightings {
  const deviceId = identities.at(-1)?.deviceId
  assert.ok(deviceId)
  return { deviceId, settled: 0, heads: told.map((head) => ({ ...head, heldForMs: LAG_MAX_MS })) }
}

/** What device `at` writes, edit by edit, on a medium that keeps all of it. */
async function hoard(two: House, at: number, generations: number): Promise<Hoard> {
  const kept = newHoard()
  const keeper = keeperOf(two, at, () => createBlobStore(hoardingMedium(kept)), newWatcher())
  const doc = await two.profiles[at]?.replica.open(DOC)
  while (kept.heads.length <= generations) {
    doc?.ydoc.getText('text').insert(0, `${String(at)} `)
    await doc?.durable()
    await keeper.sync()
  }
  await keeper.close()
  return kept
}

function headAt({ heads }: Hoard, gen: number): Head {
  const signed = parseSigned(heads[gen] ?? new Uint8Array(0), parseHead)
  assert.ok(signed.ok)
  assert.equal(signed.value.value.gen, gen)
  return signed.value.value
}

function seenAt({ heads }: Hoard, gen: number): SeenHead {
  return { gen, hash: hashId(heads[gen] ?? new Uint8Array(0)) }
}

interface Lie {
  readonly kind: string
  readonly code: string
  readonly show: Show
  readonly told?: readonly SeenHead[]
}

/** Every kind of lie that fits a device which has seen generation `gen` of `mine`; `theirs` is another history of the same profile. */
function liesAt(mine: Hoard, theirs: Hoard, gen: number, dice: Dice): readonly Lie[] {
  const all = (name: Parameters<Show['blobOf']>[0]) => mine.blobs.get(name) ?? theirs.blobs.get(name)
  const next = headAt(mine, gen + 1)
  const without = (hidden: string): Show => ({
    head: mine.heads[gen + 1],
    blobOf: (name) => (name === hidden ? undefined : all(name)),
  })
  const swapped: Show = {
    head: mine.heads[gen + 1],
    blobOf: (name) => all(name === next.packIndexBlob ? headAt(mine, gen).packIndexBlob : name),
  }
  const older = 1 + dice.below(Math.max(1, gen - 1))
  return [
    ...(gen > 1 ? [{ kind: 'older', code: 'rolled-back', show: { head: mine.heads[older], blobOf: all } }] : []),
    { kind: 'empty', code: 'rolled-back', show: { head: undefined, blobOf: () => undefined } },
    { kind: 'forked here', code: 'forked', show: { head: theirs.heads[gen], blobOf: all } },
    { kind: 'forked next', code: 'forked', show: { head: theirs.heads[gen + 1], blobOf: all } },
    { kind: 'index withheld', code: 'copy-damaged', show: without(next.packIndexBlob) },
    { kind: 'vault withheld', code: 'copy-damaged', show: without(next.vaultBlob) },
    { kind: 'index swapped', code: 'copy-damaged', show: swapped },
    { kind: 'head torn', code: 'copy-damaged', show: { head: mine.heads[gen + 1]?.slice(0, 80), blobOf: all } },
    // To this device it shows what it always has; another was shown something else.
    { kind: 'two faces', code: 'forked', show: { head: mine.heads[gen], blobOf: all }, told: [seenAt(theirs, gen)] },
    { kind: 'kept behind', code: 'rolled-back', show: { head: mine.heads[gen], blobOf: all }, told: [seenAt(mine, gen + 1)] }, // prettier-ignore
  ]
}

test('a medium that lies in any way at any of fifty generations is told of before anything is taken or written, and obeys the owner’s word', async () => {
  const two = await house(2, 40)
  const dice = createDice(41)
  const mine = await hoard(two, 0, GENERATIONS + 1)
  const theirs = await hoard(two, 1, GENERATIONS + 1)
  for (let gen = 1; gen <= GENERATIONS; gen++)
    for (const { kind, code, show, told } of liesAt(mine, theirs, gen, dice)) {
      const before = await textOf(two)
      const said = `${kind} at ${String(gen)}`
      const medium = lyingMedium(show)
      const watcher = newWatcher(seenAt(mine, gen), told)
      const keeper = keeperOf(two, 0, () => createBlobStore(medium), watcher)
      await assert.rejects(keeper.sync(), { code }, said)
      await assert.rejects(keeper.sync(), { code }, said)
      assert.equal(watcher.incidents.length, 1, said)
      assert.equal(medium.writes(), 0, said)
      assert.equal(await textOf(two), before, said)
      if (gen % 10 === 0) {
        await keeper.trust()
        const copy = await readCopy(createBlobStore(medium), two.founded.profileId)
        assert.ok(copy.ok, said)
        assert.ok(copy.value.head.gen > gen + 1, said)
        assert.equal((await keeper.check()).damagedPacks, 0, said)
        // Another device of the same owner takes it for what it is, without a word of its own.
        const other = keeperOf(two, 0, () => createBlobStore(medium), newWatcher(seenAt(mine, gen)))
        await other.sync()
        await other.close()
      }
      await keeper.close()
    }
  for (const profile of two.profiles) await profile.close()
})

async function textOf({ profiles: [first] }: House): Promise<string> {
  return (await first?.replica.open(DOC))?.ydoc.getText('text').toJSON() ?? ''
}

test('an honest medium at any generation raises no alarm, whatever other devices have seen of it', async () => {
  const two = await house(2, 42)
  const mine = await hoard(two, 0, 12)
  const blobOf: Show['blobOf'] = (name) => mine.blobs.get(name)
  for (let gen = 1; gen <= 12; gen++) {
    const watcher = newWatcher(
      seenAt(mine, gen),
      Array.from({ length: gen }, (_, at) => seenAt(mine, at + 1)),
    )
    const keeper = keeperOf(two, 0, () => createBlobStore(lyingMedium({ head: mine.heads[12], blobOf })), watcher)
    await keeper.sync()
    assert.deepEqual(watcher.incidents, [])
    await keeper.close()
  }
  for (const profile of two.profiles) await profile.close()
})
