import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { idFromBytes } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Vault } from '@cloudos/protocol/vault'
import { profileIdFrom } from './derive.ts'
import { createDice } from './testing/seeded.ts'
import { sealVault, unsealVault } from './vault.ts'

const dice = createDice(61)
const profileId = profileIdFrom(new Uint8Array(32).fill(1), new Uint8Array(32))
const vaultKey = dice.bytes(32)
const vault: Vault = {
  rootSeed: dice.bytes(32),
  keyByEpoch: new Map([idFromBytes('EpochId', dice.bytes(8))].map((epochId) => [epochId, dice.bytes(32)])),
  secretsKey: dice.bytes(32),
  media: [{ label: 'my repo', adapter: 'github', settings: dice.bytes(40) }],
  labelBySlot: new Map([[hexFromBytes(dice.bytes(32)), 'the words in the drawer']]),
}

test('a vault opens with its key, as it was', () => {
  assert.deepEqual(unsealVault(profileId, vaultKey, sealVault(profileId, vaultKey, vault, dice)), {
    ok: true,
    value: vault,
  })
})

test('another key, another profile or any flipped bit opens nothing', () => {
  const sealed = sealVault(profileId, vaultKey, vault, dice)
  assert.deepEqual(unsealVault(profileId, dice.bytes(32), sealed), { ok: false, error: 'bad-seal' })
  const other = profileIdFrom(new Uint8Array(32).fill(2), new Uint8Array(32))
  assert.deepEqual(unsealVault(other, vaultKey, sealed), { ok: false, error: 'bad-seal' })
  for (let i = 0; i < sealed.length; i++) {
    const flipped = sealed.map((byte, at) => (at === i ? byte ^ (1 << dice.below(8)) : byte))
    const refused = unsealVault(profileId, vaultKey, flipped)
    assert.equal(refused.ok, false)
    if (i > 0) assert.equal(refused.ok ? '' : refused.error, 'bad-seal')
  }
  for (const length of [0, 1, 24, 25, 40, sealed.length - 1])
    assert.ok(!unsealVault(profileId, vaultKey, sealed.subarray(0, length)).ok)
  assert.deepEqual(unsealVault(profileId, vaultKey, Uint8Array.of(2)), { ok: false, error: 'newer-version' })
  assert.deepEqual(unsealVault(profileId, vaultKey, new Uint8Array(LIMITS.vaultMaxBytes + 1)), {
    ok: false,
    error: 'too-long',
  })
})

test('two seals of one vault differ, and its length says little', () => {
  const [one, two] = [sealVault(profileId, vaultKey, vault, dice), sealVault(profileId, vaultKey, vault, dice)]
  assert.notDeepEqual(one.subarray(1, 25), two.subarray(1, 25))
  const lengths = Array.from({ length: 64 }, (_, i) => {
    const labelBySlot = new Map([...vault.labelBySlot].map(([slot]) => [slot, 'x'.repeat(i + 1)]))
    return sealVault(profileId, vaultKey, { ...vault, labelBySlot }, dice).length
  })
  assert.ok(new Set(lengths).size <= 5)
})
