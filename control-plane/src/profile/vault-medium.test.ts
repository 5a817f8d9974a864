import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { foldAuthority } from '@cloudos/crypto/authority-fold'
import { saveSlots } from '@cloudos/crypto/change-slots'
import type { SlotChangeSet } from '@cloudos/crypto/change-slots'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { foundProfile } from '@cloudos/crypto/found-profile'
import { createSlot } from '@cloudos/crypto/slots'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import { keychainWay } from '@cloudos/crypto/way-in'
import type { BlobStore } from '@cloudos/protocol/ports'
import { encodeSlot } from '@cloudos/protocol/slot'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { findWays, settleWays, stageWays } from './vault-medium.ts'

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
  assert.equal(await findWays(medium, founded.state), undefined)
  const first = await changeAfter(founded.state)
  await stageWays(medium, identity, founded.state, first, 1)
  const afterFirst = fold([...founded.entries, ...first.entries])
  assert.deepEqual((await findWays(medium, afterFirst))?.slots, first.slots)
  await settleWays(medium)
  assert.deepEqual((await findWays(medium, afterFirst))?.slots, first.slots)

  const second = await changeAfter(afterFirst)
  await stageWays(medium, identity, afterFirst, second, 1)
  const afterSecond = fold([...founded.entries, ...first.entries, ...second.entries])
  assert.deepEqual((await findWays(medium, afterFirst))?.sealedVault, first.sealedVault)
  assert.deepEqual((await findWays(medium, afterSecond))?.sealedVault, second.sealedVault)
  await settleWays(medium)
  assert.deepEqual((await findWays(medium, afterSecond))?.sealedVault, second.sealedVault)
  await assert.rejects(findWays(medium, afterFirst), { code: 'ways-damaged' })
})

test('a head that no device of the profile signed, or a changed one, opens nothing', async () => {
  const stranger = deviceIdentityFrom(createDeviceSeeds(dice))
  const change = await changeAfter(founded.state)
  const after = fold([...founded.entries, ...change.entries])
  const byStranger: BlobStore = createBlobStore(createMemoryMedium())
  await stageWays(byStranger, stranger, founded.state, change, 1)
  await assert.rejects(findWays(byStranger, after), { code: 'ways-damaged' })

  const medium: BlobStore = createBlobStore(createMemoryMedium())
  await stageWays(medium, identity, founded.state, change, 1)
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
