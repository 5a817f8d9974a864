import assert from 'node:assert/strict'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { slotCases } from '@cloudos/crypto/testing/slot-cases'
import { passphraseWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import { openCopy } from '@cloudos/mesh/recovery/open-copy'
import type { OpenedCopy } from '@cloudos/mesh/recovery/open-copy'
import { sayOpenRefusal } from '@cloudos/mesh/recovery/refusal-text'
import { DOC, instantClock } from '@cloudos/mesh/testing/family'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DrillEntry, Drilled } from '@cloudos/protocol/recovery-commands'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createHttpLine } from '@cloudos/storage-adapters/http-line'
import { connectS3, foundS3 } from '@cloudos/storage-adapters/s3'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { openTyped } from '../cli/verbs/open-shown.ts'
import { openJournal } from '../journal/journal.ts'
import { folderKind } from '../media/folder-kind.ts'
import { MediaDesk } from '../media/media-desk.ts'
import { s3Kind } from '../media/s3-kind.ts'
import { createReserve } from '../reserve.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'
import { folderFor } from '../testing/run-agent.ts'
import { dropHeads, putInPlace, rotPacks, storedIn, writeNewerHead } from '../testing/spoilt-copy.ts'
import { DrillDesk } from './drill-desk.ts'

const WAYS = slotCases(5).filter(({ way }) => way.kind === 'passphrase' || way.kind === 'wallet-message')
const OTHERS = slotCases(6)

/** A device that keeps a copy in a folder, and what it drills it with. */
interface Scene {
  readonly t: TestContext
  readonly kept: House
  readonly folder: string
  readonly stick: string
  readonly mediumId: string
  readonly desk: MediaDesk
  readonly drills: DrillDesk
  readonly words: readonly string[]
  /** Problems that are on the record, of this copy. */
  readonly noted: (mediumId?: string) => readonly string[]
}

async function scene(t: TestContext, seed = 41): Promise<Scene> {
  const kept = await house(1, seed, WAYS)
  const [profile, identity] = [kept.profiles[0], kept.identities[0]]
  assert.ok(profile && identity)
  const folder = folderFor(t)
  const stick = join(folder, 'stick')
  mkdirSync(stick)
  const journal = openJournal(join(folder, 'journal.db'), 0, createReserve(join(folder, 'reserve')))
  journal.ways.put(kept.ways)
  const line = createHttpLine({ fetch: globalThis.fetch, clock: instantClock, random: () => 0, timeoutMs: 30_000 })
  const life = new AbortController().signal
  const desk = new MediaDesk({
    kinds: {
      folder: folderKind({ found: foundFolder, connect: connectFolder }),
      s3: s3Kind({
        found: (address, credential) => foundS3({ address, credential, line }, life),
        connect: (address, credential, domain) => connectS3({ address, credential, line }, domain, life),
      }),
    },
    ...{ media: journal.media, ways: journal.ways, identity, homeFolder: folder },
    ...{ clock: stillClock, rng: kept.dice, onIncident: () => undefined },
  })
  t.after(async () => {
    await desk[Symbol.asyncDispose]()
    await profile.close()
    journal.close()
  })
  desk.open(profile)
  await edit(kept, 'one')
  const mediumId = await desk.add({ kind: 'folder', where: stick })
  const { drills } = journal.media
  return {
    ...{ t, kept, folder, stick, mediumId, desk },
    drills: new DrillDesk({
      ...{ mesh: { profile }, media: desk, drills, clock: stillClock, rng: kept.dice },
      signedIn: () => undefined,
    }),
    words: wordsFromPhrase(kept.phrase),
    noted: (id = mediumId) => drills.of(id).flatMap(({ problem }) => problem ?? []),
  }
}

async function edit({ profiles }: House, text: string): Promise<void> {
  const doc = await (profiles[0] ?? assert.fail()).replica.open(DOC)
  doc.ydoc.getText('text').insert(0, text)
  await doc.durable()
}

async function shown({ drills }: Scene, asked: DrillEntry): Promise<SealedCopy> {
  const entries: Uint8Array[] = []
  return { ...(await drills.read(asked, (more) => entries.push(...more))), entries }
}

async function drill(
  at: Scene,
  open: (copy: SealedCopy) => Promise<OpenedCopy>,
  asked: DrillEntry = { mediumId: at.mediumId },
): Promise<Drilled> {
  const { vault, slotName } = await open(await shown(at, asked))
  return at.drills.run({ ...asked, way: slotName, epochKeys: [...vault.keyByEpoch] })
}

async function openBy(copy: SealedCopy, way: WayIn): Promise<OpenedCopy> {
  const opened = await openCopy(copy, way)
  if (!opened.ok) throw sayOpenRefusal(opened.error)
  return opened.value
}

const withWords = (at: Scene, words = at.words, asked?: DrillEntry) =>
  drill(at, (copy) => openTyped(copy, { kind: 'phrase', text: words.join(' ') }), asked)
const withWay = (at: Scene, way: WayIn | undefined) => drill(at, (copy) => openBy(copy, way ?? assert.fail()))

function wayOf(cases: typeof OTHERS, kind: WayIn['kind']): WayIn | undefined {
  return cases.find(({ way }) => way.kind === kind)?.wayIn
}

interface Message {
  readonly what: string
  readonly code: string
  readonly says: RegExp
  /** Whether it says something about the copy, and is therefore noted. */
  readonly isNoted: boolean
  readonly make: (at: Scene) => Promise<unknown>
}

const MESSAGES: readonly Message[] = [
  {
    what: 'wrong wallet',
    code: 'wrong-wallet',
    says: /another account/,
    isNoted: false,
    make: (at) => withWay(at, wayOf(OTHERS, 'wallet-message')),
  },
  {
    what: 'a word that is in no list',
    code: 'wrong-word',
    says: /Word 5, “heronry”/,
    isNoted: false,
    make: (at) => withWords(at, at.words.with(4, 'heronry')),
  },
  {
    what: 'another word of the list',
    code: 'wrong-word',
    says: /Word 24 /,
    isNoted: false,
    make: (at) => withWords(at, at.words.with(23, at.words[23] === 'zoo' ? 'zone' : 'zoo')),
  },
  {
    what: 'words of another profile',
    code: 'wrong-words',
    says: /another profile/,
    isNoted: false,
    make: (at) => withWords(at, wordsFromPhrase(new Uint8Array(32).fill(9))),
  },
  {
    what: 'wrong passphrase',
    code: 'wrong-passphrase',
    says: /Capitals and spaces/,
    isNoted: false,
    make: (at) => withWay(at, passphraseWay('Correct horse 5')),
  },
  {
    what: 'a way in that the copy has not',
    code: 'no-such-way',
    says: /It opens with: recovery words, a passphrase, a wallet/,
    isNoted: false,
    make: (at) => withWay(at, wayOf(OTHERS, 'passkey')),
  },
  {
    what: 'wrong medium: another profile’s',
    code: 'foreign-profile',
    says: /Another profile lies there/,
    isNoted: true,
    make: async (at) => {
      const other = await scene(at.t, 42)
      putInPlace(at.stick, other.stick)
      await withWords(at)
    },
  },
  {
    what: 'a folder that is away',
    code: 'medium-gone',
    says: /needs no password: the disk itself is the key/,
    isNoted: true,
    make: async (at) => {
      rmSync(at.stick, { recursive: true })
      await withWords(at)
    },
  },
  {
    what: 'vault gone',
    code: 'copy-damaged',
    says: /its vault, object [0-9a-f]{64}/,
    isNoted: true,
    make: async (at) => {
      rmSync(join(at.stick, 'b', (await storedIn(at.stick)).head.vaultBlob))
      await withWords(at)
    },
  },
  {
    what: 'pack damaged',
    code: 'copy-damaged',
    says: /1 pack cannot be read, first [0-9a-f]{64}/,
    isNoted: true,
    make: async (at) => {
      await rotPacks(at.stick)
      await withWords(at)
    },
  },
  {
    what: 'newer version',
    code: 'copy-newer',
    says: /newer CloudOS/,
    isNoted: true,
    make: async (at) => {
      await writeNewerHead(at.stick, (at.kept.identities[0] ?? assert.fail()).signer)
      await withWords(at)
    },
  },
  {
    what: 'stale copy',
    code: 'copy-stale',
    says: /older copy than this device has seen/,
    isNoted: true,
    make: async (at) => {
      cpSync(at.stick, join(at.folder, 'backup'), { recursive: true })
      await edit(at.kept, 'two')
      await at.desk.sync(at.mediumId)
      putInPlace(at.stick, join(at.folder, 'backup'))
      await withWords(at)
    },
  },
  {
    what: 'nothing there',
    code: 'nothing-there',
    says: /No copy of a profile/,
    isNoted: true,
    make: async (at) => {
      dropHeads(at.stick)
      await withWords(at)
    },
  },
]

for (const { what, code, says, isNoted, make } of MESSAGES)
  test(`a drill tells in its own words: ${what}`, async (t) => {
    const at = await scene(t)
    await assert.rejects(make(at), (cause) => {
      assert.ok(cause instanceof CloudError, String(cause))
      assert.equal(cause.code, code, cause.message)
      assert.match(cause.message, says)
      return true
    })
    assert.equal(at.noted().length > 0, isNoted)
  })

test('a drill that cannot reach a server says so, and where that lies which signs in to it', async (t) => {
  const at = await scene(t)
  const bucket = await startFakeS3()
  const mediumId = await at.desk.add({ kind: 's3', where: `${bucket.url}bucket/cloudos/`, ...S3_KEY })
  await bucket[Symbol.asyncDispose]()
  await assert.rejects(shown(at, { mediumId, stored: true }), (cause) => {
    assert.ok(cause instanceof CloudError)
    assert.equal(cause.code, 'medium-unreachable')
    assert.match(cause.message, /lies sealed on this device/)
    return true
  })
  assert.equal(at.noted(mediumId).length, 1)
})

test('what each means has a code of its own', () => {
  const codes = new Map(MESSAGES.map(({ code, what }) => [code, what]))
  assert.equal(codes.size, MESSAGES.length - 2, 'only the two kinds of words, and of damage, share one')
})

test('edits not yet saved are counted by a drill and are no damage; what was damaged is whole after the next save', async (t) => {
  const at = await scene(t)
  await edit(at.kept, 'two')
  assert.equal((await withWords(at)).notSaved, 1)
  await rotPacks(at.stick)
  await assert.rejects(withWords(at), { code: 'copy-damaged' })
  await at.desk.sync(at.mediumId)
  const { notSaved, edits } = await withWords(at)
  assert.deepEqual([notSaved, edits], [0, 2])
  assert.deepEqual(at.noted(), [])
  for (const { way, wayIn } of WAYS) if (way.kind !== 'wallet-memo') await withWay(at, wayIn)
  const { media } = { media: await at.desk.list() }
  assert.equal(media.find(({ mediumId }) => mediumId === at.mediumId)?.tests?.length, 3)
})

test('a drill signs in with what is typed now; what the device keeps is used only when that is said, and is recorded as the lesser drill', async (t) => {
  const at = await scene(t)
  await using bucket = await startFakeS3()
  const mediumId = await at.desk.add({ kind: 's3', where: `${bucket.url}bucket/cloudos/`, ...S3_KEY })
  const entered = async (asked: Omit<DrillEntry, 'mediumId'>) =>
    (await withWords(at, at.words, { mediumId, ...asked })).entry
  await assert.rejects(entered({}), { code: 'needs-credential', message: /part B of your kit/ })
  await assert.rejects(entered({ secret: 'mistyped' }), { code: 'wrong-credential', message: /was not used/ })
  assert.deepEqual(at.noted(mediumId), [], 'what is mistyped says nothing of the copy')
  assert.equal(await entered({ stored: true }), 'stored')
  const testsOf = async () => (await at.desk.list()).find((one) => one.mediumId === mediumId)?.tests ?? []
  assert.deepEqual((await testsOf()).map(({ entry }) => entry), ['stored']) // prettier-ignore
  assert.equal(await entered({ secret: S3_KEY.secret }), 'asked')
  assert.equal(await entered({ ...S3_KEY }), 'asked')
  assert.deepEqual(new Set((await testsOf()).map(({ entry }) => entry)), new Set(['asked', 'stored']))
  assert.equal((await withWords(at)).entry, 'not-needed')
})
