import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import type { SignedEntry } from '@cloudos/protocol/authority'
import { DEFAULT_POLICY } from '@cloudos/protocol/authority-body'
import type { AuthorityBody } from '@cloudos/protocol/authority-body'
import { equalBytes } from '@cloudos/protocol/bytes'
import { chainKey, idFromBytes, NO_HASH } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { appendEntries } from './append-entries.ts'
import { foldAuthority } from './authority-fold.ts'
import type { AuthorityState } from './authority-state.ts'
import { issueCertificate } from './certificate-check.ts'
import { addDevice, checkpoint, revokeDevice, rotateEpoch, rotateRecovery, rotateRoot } from './change-authority.ts'
import { hashId } from './hash.ts'
import { createSigner } from './signature.ts'
import type { Signer } from './signature.ts'
import { AuthorityHistory } from './testing/authority-history.ts'
import { NOW_MS, sampleDevice, sampleProfile } from './testing/profiles.ts'
import type { SampleProfile } from './testing/profiles.ts'
import { createDice } from './testing/seeded.ts'
import type { Dice } from './testing/seeded.ts'
import { signEntry, verifyEntries } from './verified-entry.ts'
import type { VerifiedEntry } from './verified-entry.ts'

test('any order of the entries, and any way of hearing of them, gives the same state', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const dice = createDice(seed)
    const history = new AuthorityHistory(await sampleProfile(dice), dice)
    for (let i = 0; i < 14; i++) await history.step()
    const { entries, profile } = history
    const expected = fold(profile, entries)
    for (let i = 0; i < 6; i++) {
      assert.deepEqual(fold(profile, dice.shuffle(entries)), expected)
      const [mine, theirs] = [entries.filter(() => dice.below(2) === 0), entries.filter(() => dice.below(2) === 0)]
      assert.deepEqual(fold(profile, [...theirs, ...dice.shuffle(entries), ...mine]), expected)
    }
  }
})

test('what the root revoked on any branch is revoked, and no epoch is written under that a revoked device holds', async () => {
  for (let seed = 50; seed < 80; seed++) {
    const dice = createDice(seed)
    const history = new AuthorityHistory(await sampleProfile(dice), dice)
    for (let i = 0; i < 14; i++) await history.step()
    const state = fold(history.profile, history.entries)
    for (const { entry, signer } of history.entries) {
      if (entry.body.kind !== 'revoke-device' || !equalBytes(signer, state.rootPublicKey)) continue
      const device = state.deviceById.get(entry.body.deviceId)
      assert.ok(device === undefined || device.revoked !== undefined)
    }
    const written = state.epochs.find(({ epochId }) => epochId === state.currentEpoch)
    const readers = [...(written?.sealedByDevice.keys() ?? [])].map((deviceId) => state.deviceById.get(deviceId))
    assert.ok(state.rotationDue || readers.every((reader) => reader?.revoked === undefined))
  }
})

test('a branch that lost still takes away, and gives nothing', async () => {
  const { dice, profile, power } = await start(3)
  const { deviceId } = profile.desktop.identity
  const revoked = (await revokeDevice(power, { deviceId, reason: 'stolen', admitted: new Map() })).entries
  const added = await addDevice(power, await certificateFor(profile, dice), new Map())
  const kept = await rivalThatWins(profile, [revoked, added])
  const state = fold(profile, [...profile.entries, ...revoked, ...added, ...kept])

  assert.equal(state.tip, kept[0]?.hash)
  assert.deepEqual(state.forks.map(({ seq, by }) => ({ seq, by })), [{ seq: 5, by: 'hash' }, { seq: 5, by: 'hash' }]) // prettier-ignore
  assert.equal(state.deviceById.get(deviceId)?.revoked, 'stolen')
  assert.deepEqual(state.toAppend.map(({ kind }) => kind), ['revoke-device']) // prettier-ignore
  assert.equal(state.deviceById.size, 2)
  assert.deepEqual(state.questions.map(({ ask, byReplacedKey }) => ({ ask, byReplacedKey })), [{ ask: 'keep-device', byReplacedKey: false }]) // prettier-ignore

  const epoch = state.epochs.find(({ epochId }) => epochId === state.currentEpoch)
  assert.equal(epoch?.standing, 'aside')
  assert.equal(epoch.sealedByDevice.has(deviceId), false)
  assert.ok(state.rotationDue)

  const again = await rotateEpoch({ ...power, state })
  const settled = fold(profile, [...profile.entries, ...revoked, ...added, ...kept, ...again.entries])
  assert.deepEqual(settled.toAppend, [])
  assert.equal(settled.rotationDue, false)
  assert.deepEqual([settled.currentEpoch], [...again.keyByEpoch.keys()])
})

test('cuts of all branches are joined by maximum', async () => {
  const { profile, power } = await start(4)
  const { deviceId } = profile.desktop.identity
  const incarnation = idFromBytes('Incarnation', new Uint8Array(4))
  const docId = idFromBytes('DocId', new Uint8Array(16))
  const cutAt = (seq: number): AuthorityBody => ({
    kind: 'cut',
    deviceId,
    chainsByDoc: new Map([[docId, new Map([[incarnation, seq]])]]),
  })
  const branches = await Promise.all(
    [3, 9, 6].map((seq) => appendEntries(power.state, power.root, [cutAt(seq)], NOW_MS)),
  )
  const state = fold(profile, [...profile.entries, ...branches.flat()])
  assert.equal(state.cutByDoc.get(docId)?.get(chainKey(deviceId, incarnation)), 9)
})

test('the recovery key takes the profile back, from however early a thief of the root forks', async () => {
  const { dice, profile, power } = await start(5)
  let thief = await addDevice(power, await certificateFor(profile, dice), new Map())
  for (const { identity } of [profile.laptop, profile.desktop]) {
    const state = fold(profile, [...profile.entries, ...thief])
    const revocation = { deviceId: identity.deviceId, reason: 'lost', admitted: new Map() } as const
    thief = [...thief, ...(await revokeDevice({ ...power, state }, revocation)).entries]
  }

  const recovery = createSigner(profile.recoverySeed)
  const back = await rotateRoot({ state: profile.state, rng: dice, nowMs: NOW_MS }, recovery)
  const early = await lowFork(profile, profile.entries[0], power.root)
  const state = fold(profile, [...profile.entries, ...thief, ...back.entries, ...early])
  assert.equal(state.tip, back.entries.at(-1)?.hash)
  assert.deepEqual(state.rootPublicKey, createSigner(back.rootSeed).publicKey)
  assert.ok([...state.deviceById.values()].every(({ revoked }) => revoked === undefined))
  assert.equal(state.deviceById.size, 2)
  assert.deepEqual([state.currentEpoch], [...back.keyByEpoch.keys()])
  assert.ok(state.forks.every(({ by }) => by === 'recovery'))
  assert.deepEqual(new Set(state.questions.map(({ ask }) => ask)), new Set(['keep-device', 'keep-revoked']))
  assert.ok(state.questions.every(({ byReplacedKey }) => byReplacedKey))
  assert.deepEqual(state.toAppend, [])
})

test('a root that was replaced signs nothing that counts: its ordinary forks lose, its rival rotation loses against memory', async () => {
  const { dice, profile, power } = await start(6)
  const replaced = await rotateRoot({ state: profile.state, rng: dice, nowMs: NOW_MS }, power.root)
  const entries = [...profile.entries, ...replaced.entries]
  const remembered = fold(profile, entries)
  const early = await lowFork(profile, profile.entries[0], power.root)
  const late = await appendEntries(remembered, power.root, [{ kind: 'set-policy', policy: DEFAULT_POLICY }], NOW_MS)
  const state = fold(profile, [...entries, ...early, ...late])
  assert.equal(state.tip, remembered.tip)
  assert.deepEqual(state.refused, [{ hash: late[0]?.hash, reason: 'bad-signer' }])
  assert.deepEqual(state.forks.map(({ by }) => by), ['rotation']) // prettier-ignore

  const rival = await rivalRotation(profile, power.root, replaced.entries[0])
  const contested = [...entries, ...rival]
  assert.equal(fold(profile, contested).forks[0]?.by, 'hash')
  assert.notEqual(fold(profile, contested).tip, remembered.tip)
  const held = foldAuthority(profile.profileId, contested, new Set(remembered.keyChanges))
  assert.ok(held.ok)
  assert.equal(held.value.tip, remembered.tip)
  assert.equal(held.value.forks[0]?.by, 'memory')
})

test('the recovery key changes with the consent of the old one, which is then worth nothing', async () => {
  const { dice, profile, power } = await start(7)
  const [oldKey, newKey] = [createSigner(profile.recoverySeed), createSigner(dice.bytes(32))]
  const change = await rotateRecovery(power, oldKey, newKey.publicKey)
  const entries = [...profile.entries, change]
  const state = fold(profile, entries)
  assert.deepEqual(state.recoveryPublicKey, newKey.publicKey)
  const [late] = (await rotateRoot({ state, rng: dice, nowMs: NOW_MS }, oldKey)).entries
  assert.ok(late)
  assert.deepEqual(fold(profile, [...entries, late]).refused, [{ hash: late.hash, reason: 'bad-signer' }])
  const back = await rotateRoot({ state, rng: dice, nowMs: NOW_MS }, newKey)
  assert.deepEqual(fold(profile, [...entries, ...back.entries]).keyChanges, [change.hash, back.entries[0]?.hash])
})

test('a checkpoint says how the log was understood, and a wrong one changes nothing', async () => {
  const { profile, power } = await start(8)
  const right = await checkpoint(power)
  assert.deepEqual(fold(profile, [...profile.entries, ...right]).refused, [])
  const wrong = await appendEntries(power.state, power.root, [{ kind: 'checkpoint', stateHash: NO_HASH }], NOW_MS)
  const state = fold(profile, [...profile.entries, ...wrong])
  assert.deepEqual(state.refused, [{ hash: wrong[0]?.hash, reason: 'other-checkpoint' }])
  assert.equal(state.tip, wrong[0]?.hash)
})

test("a device enters once, with keys that are nobody else's", async () => {
  const { dice, profile, power } = await start(9)
  const certificate = await certificateFor(profile, dice)
  const twin = { ...(await certificateFor(profile, dice)), peerPublicKey: certificate.peerPublicKey }
  const bodies = [certificate, certificate, twin].map((one): AuthorityBody => ({
    kind: 'add-device',
    certificate: one,
    sealedByEpoch: new Map(),
  }))
  const added = await appendEntries(power.state, power.root, bodies, NOW_MS)
  const state = fold(profile, [...profile.entries, ...added])
  assert.deepEqual(state.refused.map(({ reason }) => reason), ['already-in', 'shared-key']) // prettier-ignore
  assert.equal(state.deviceById.size, 3)
})

test('entries that are out of place are refused with the reason, and wait when it is only that others are missing', async () => {
  const { dice, profile, power } = await start(10)
  const other = await sampleProfile(dice)
  const { state, root } = power
  const body: AuthorityBody = { kind: 'set-policy', policy: DEFAULT_POLICY }
  const at = (place: Partial<{ prev: Hash; seq: number }>, signer = root) =>
    signEntry(signer, {
      profileId: profile.profileId,
      seq: state.seq + 1,
      prev: state.tip,
      body,
      wallclockMs: NOW_MS,
      ...place,
    })
  const stranger = await at({}, createSigner(dice.bytes(32)))
  const usurper = await signEntry(createSigner(dice.bytes(32)), { ...profile.entries[0]!.entry, wallclockMs: 1 })
  const cases: readonly (readonly [VerifiedEntry, string])[] = [
    [stranger, 'bad-signer'],
    [await at({}, createSigner(profile.recoverySeed)), 'bad-signer'],
    [await at({ seq: state.seq + 2 }), 'bad-seq'],
    [await at({ prev: hashId(new Uint8Array(1)) }), 'missing-ancestor'],
    [other.entries[0]!, 'other-profile'],
    [other.entries[1]!, 'other-profile'],
    [usurper, 'bad-signer'],
  ]
  for (const [entry, reason] of cases) {
    const { refused, tip } = fold(profile, [...profile.entries, entry])
    assert.deepEqual(refused, [{ hash: entry.hash, reason }])
    assert.equal(tip, state.tip)
  }
  const heir = await at({ prev: stranger.hash, seq: state.seq + 2 })
  assert.deepEqual(fold(profile, [...profile.entries, stranger, heir]).refused.map(({ reason }) => reason), ['bad-signer', 'refused-ancestor']) // prettier-ignore
  assert.deepEqual(foldAuthority(profile.profileId, profile.entries.slice(1)), { ok: false, error: 'no-genesis' })
})

test('a stolen root cannot found the profile again with a recovery key of its own', async () => {
  const { dice, profile, power } = await start(11)
  const genesis = profile.entries[0]?.entry.body
  assert.ok(genesis?.kind === 'genesis')
  const recoveryPublicKey = createSigner(dice.bytes(32)).publicKey
  const forged = await appendEntries(
    { ...power.state, tip: NO_HASH, seq: 0 },
    power.root,
    [{ ...genesis, recoveryPublicKey }],
    NOW_MS,
  )
  assert.deepEqual(fold(profile, [...profile.entries, ...forged]).refused, [
    { hash: forged[0]?.hash, reason: 'other-profile' },
  ])
})

test('only entries whose signatures hold come to the fold', async () => {
  const { dice, profile, power } = await start(12)
  const change = await rotateRecovery(power, createSigner(profile.recoverySeed), createSigner(dice.bytes(32)).publicKey)
  const entries = [...profile.entries, change]
  const fresh = entries.map(({ bytes }) => parsed(bytes))
  const all = await verifyEntries(fresh)
  assert.deepEqual(fold(profile, all.verified), fold(profile, entries))
  const late = await verifyEntries(fresh.slice(-1), all.verified)
  assert.deepEqual(late.verified[0]?.consentKey, createSigner(profile.recoverySeed).publicKey)
  const alone = await verifyEntries(fresh.slice(-1))
  assert.deepEqual(alone.refused, [{ hash: change.hash, reason: 'bad-consent' }])

  for (const entry of fresh) {
    const bytes = Uint8Array.from(entry.bytes)
    bytes[bytes.length - 1 - dice.below(64)]! ^= 1
    const { verified, refused } = await verifyEntries([parsed(bytes)])
    assert.deepEqual([verified.length, refused[0]?.reason], [0, 'bad-signature'])
  }
  const unwilling = await rotateRecovery(power, createSigner(dice.bytes(32)), createSigner(dice.bytes(32)).publicKey)
  const refused = await verifyEntries([...fresh, parsed(unwilling.bytes)])
  assert.deepEqual(refused.refused, [{ hash: unwilling.hash, reason: 'bad-consent' }])
})

async function start(seed: number) {
  const dice = createDice(seed)
  const profile = await sampleProfile(dice)
  return { dice, profile, power: { state: profile.state, root: profile.rootSigner, rng: dice, nowMs: NOW_MS } }
}

function fold(profile: SampleProfile, entries: readonly VerifiedEntry[]): AuthorityState {
  const state = foldAuthority(profile.profileId, entries)
  assert.ok(state.ok)
  return state.value
}

function certificateFor({ profileId }: SampleProfile, dice: Dice) {
  const { identity } = sampleDevice(dice, 'phone')
  return issueCertificate({
    profileId,
    identity,
    name: 'phone',
    class: 'agent',
    caps: [],
    challenge: dice.bytes(32),
    nowMs: NOW_MS,
  })
}

/** An entry beside these branches whose hash is lower than each of theirs, as anybody with the root can grind one. */
async function rivalThatWins({ state, rootSigner }: SampleProfile, branches: readonly (readonly VerifiedEntry[])[]) {
  const lowest = branches.map(([first]) => first?.hash ?? NO_HASH).sort()[0] ?? NO_HASH
  return grind(lowest, (nowMs) =>
    appendEntries(state, rootSigner, [{ kind: 'set-policy', policy: DEFAULT_POLICY }], nowMs),
  )
}

/** The same, right after `before`. */
function lowFork({ profileId, entries }: SampleProfile, before: VerifiedEntry | undefined, root: Signer) {
  assert.ok(before)
  const place = { profileId, tip: before.hash, seq: before.entry.seq }
  const rival = entries.find(({ entry }) => entry.prev === before.hash)?.hash ?? NO_HASH
  return grind(rival, (nowMs) => appendEntries(place, root, [{ kind: 'set-policy', policy: DEFAULT_POLICY }], nowMs))
}

function rivalRotation({ state }: SampleProfile, root: Signer, against: VerifiedEntry | undefined) {
  const newRootPublicKey = createSigner(new Uint8Array(32).fill(66)).publicKey
  return grind(against?.hash ?? NO_HASH, (nowMs) =>
    appendEntries(state, root, [{ kind: 'root-rotate', newRootPublicKey }], nowMs),
  )
}

async function grind(below: Hash, make: (nowMs: number) => Promise<readonly VerifiedEntry[]>) {
  for (let nowMs = NOW_MS; ; nowMs++) {
    const entries = await make(nowMs)
    if ((entries[0]?.hash ?? below) < below) return entries
  }
}

function parsed(bytes: Uint8Array): SignedEntry {
  const entry = parseSignedEntry(bytes)
  assert.ok(entry.ok)
  return entry.value
}
