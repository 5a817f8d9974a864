import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import { encodeSlot, parseSlot } from '@cloudos/protocol/slot'
import { encodeVault } from '@cloudos/protocol/vault'
import { openSlot } from './slots.ts'
import { slotVectors } from './testing/slot-vectors.ts'
import { jsonFrom } from './testing/vectors.ts'
import { unlock } from './unlock.ts'
import { unsealVault } from './vault.ts'
import { passphraseWay } from './way-in.ts'

const VECTORS = slotVectors()
const profileId = idFromBytes('ProfileId', VECTORS.profileId)

test('the published slots are the ones built here', () => {
  const published = readFileSync(new URL('../vectors/slots.json', import.meta.url), 'utf8')
  assert.equal(published, jsonFrom(VECTORS))
})

test('each published slot opens with its secret to the published vault key, which opens the published vault', () => {
  for (const { kind, secret, slot } of VECTORS.slots) {
    const parsed = parseSlot(slot)
    assert.ok(parsed.ok)
    assert.equal(parsed.value.kind, kind)
    assert.deepEqual(encodeSlot(parsed.value), slot)
    assert.deepEqual(openSlot(profileId, parsed.value, secret.slice()), { ok: true, value: VECTORS.vaultKey })
  }
  const vault = unsealVault(profileId, VECTORS.vaultKey, VECTORS.sealedVault)
  assert.deepEqual(vault.ok && encodeVault(vault.value), VECTORS.vault)
})

test('the published passphrase opens its slot', async () => {
  const slots = VECTORS.slots.map(({ slot }) => slot)
  const opened = await unlock(profileId, slots, passphraseWay(VECTORS.passphrase))
  assert.deepEqual(opened.ok && opened.value.vaultKey, VECTORS.vaultKey)
})
