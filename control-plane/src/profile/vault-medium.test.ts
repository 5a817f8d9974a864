import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { foldAuthority } from '@cloudos/crypto/authority-fold'
import { saveSlots } from '@cloudos/crypto/change-slots'
import type { SlotChangeSet } from '@cloudos/crypto/change-slots'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { foundProfile } from '@cloudos/crypto/found-profile'
import { createSlot } from '@cloudos/crypto/slots'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import { keychainWay } from '@cloudos/crypto/way-in'
import type { BlobStore } from '@cloudos/protocol/ports'
import { encodeSlot } from '@cloudos/protocol/slot'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { slotSetsOf } from './slot-sets.ts'
import type { SlotSets } from './slot-sets.ts'
import { findWays, readWays, settleWays, stageWays } from './vault-medium.ts'

const dice = createDice(83)
const identity = deviceIdentityFrom(createDeviceSeeds(dice))
const founded = await foundProfile({
  rng: dice,
  nowMs: 1,
  devices: [{ identity, name: 'browser', class: 'browser' }],
})
const { profileId } = founded

function fold(entries: readonly VerifiedEntry[]): AuthorityState {
  const state = foldAuthority(profileId, entries)
  assert.ok(state.ok)
  return state.value
}

function setsOf(entries: readonly VerifiedEntry[]): SlotSets {
  const byHash = new Map(entries.map(({ hash, bytes }) => [hash, bytes]))
  return slotSetsOf({ state: fold(entries), entries: () => byHash })
}

function stage(medium: BlobStore, writer: DeviceIdentity, change: SlotChangeSet): Promise<void> {
  const authorityTip = change.entries.at(-1)?.hash
  assert.ok(authorityTip)
  return stageWays(medium, writer, { profileId, ways: change, authorityTip }, 1)
}

async function changeAfter(state: AuthorityState): Promise<SlotChangeSet> {
  const [vaultKey, secretsKey] = [dice.bytes(32), dice.bytes(32)]
  const wayIn = keychainWay(dice.bytes(32))
  const slot = await createSlot(profileId, { wayIn, way: { kind: 'device-keychain' }, vaultKey, rng: dice })
  assert.ok(slot.ok)
  const { rootSeed, keyByEpoch } = founded
  const vault = { rootSeed, keyByEpoch, secretsKey, media: [], labelBySlot: new Map<string, string>() }
  const power = { state, root: founded.rootSigner, rng: dice, nowMs: 1 }
  return saveSlots(power, { slots: [encodeSlot(slot.value)], vault, vaultKey })
}

test('a change that breaks off anywhere leaves the ways in that the log names', async () => {
  const medium: BlobStore = createBlobStore(createMemoryMedium())
  assert.equal(await findWays(medium, setsOf(founded.entries)), undefined)
  const first = await changeAfter(founded.state)
  await stage(medium, identity, first)
  const afterFirst = [...founded.entries, ...first.entries]
  assert.deepEqual((await findWays(medium, setsOf(afterFirst)))?.slots, first.slots)
  await settleWays(medium)
  assert.deepEqual((await findWays(medium, setsOf(afterFirst)))?.slots, first.slots)

  const second = await changeAfter(fold(afterFirst))
  await stage(medium, identity, second)
  const afterSecond = [...afterFirst, ...second.entries]
  assert.deepEqual((await findWays(medium, setsOf(afterFirst)))?.sealedVault, first.sealedVault)
  assert.deepEqual((await findWays(medium, setsOf(afterSecond)))?.sealedVault, second.sealedVault)
  await settleWays(medium)
  assert.deepEqual((await findWays(medium, setsOf(afterSecond)))?.sealedVault, second.sealedVault)
  await assert.rejects(findWays(medium, setsOf(afterFirst)), { code: 'ways-damaged' })
})

test('an older set that the log once named still opens, and is not taken for the one in force', async () => {
  const medium: BlobStore = createBlobStore(createMemoryMedium())
  const first = await changeAfter(founded.state)
  await stage(medium, identity, first)
  await settleWays(medium)
  const second = await changeAfter(fold([...founded.entries, ...first.entries]))
  const sets = setsOf([...founded.entries, ...first.entries, ...second.entries])
  const found = await readWays(medium, sets)
  assert.ok(found.kind === 'found')
  assert.equal(found.isLast, false)
  assert.deepEqual(found.ways.slots, first.slots)
  await assert.rejects(findWays(medium, sets), { code: 'ways-behind' })
})

test('a head that no device of the profile signed, or a changed one, opens nothing', async () => {
  const stranger = deviceIdentityFrom(createDeviceSeeds(dice))
  const change = await changeAfter(founded.state)
  const after = setsOf([...founded.entries, ...change.entries])
  const byStranger: BlobStore = createBlobStore(createMemoryMedium())
  await stage(byStranger, stranger, change)
  await assert.rejects(findWays(byStranger, after), { code: 'ways-damaged' })

  const medium: BlobStore = createBlobStore(createMemoryMedium())
  await stage(medium, identity, change)
  const stored = await medium.readHead('profile-next')
  assert.ok(stored)
  for (let i = 0; i < stored.heads[0].length; i += 7) {
    const changed = stored.heads[0].map((byte, at) => (at === i ? byte ^ 1 : byte))
    const tampered: BlobStore = createBlobStore(createMemoryMedium())
    await tampered.casHead('profile-next', changed, undefined)
    await tampered.putBlob(change.sealedVault)
    await assert.rejects(findWays(tampered, after), { code: 'ways-damaged' })
  }
})
