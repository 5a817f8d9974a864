import { concatBytes } from '@cloudos/protocol/bytes'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Rng } from '@cloudos/protocol/ports'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { encodeVault, parseVault } from '@cloudos/protocol/vault'
import type { Vault, VaultRefusal } from '@cloudos/protocol/vault'
import { createAeadKey, NONCE_BYTES, sealBytes, unsealBytes } from './aead.ts'
import { domainPrefix } from './hash.ts'
import { findPadded, padBytes } from './padding.ts'

const VAULT_VERSION = 1
const HEADER_BYTES = 1 + NONCE_BYTES

/** ver1 | nonce24 | ct, padded: a blob for the media. The nonce is all random, since many devices seal with one vault key over years. */
export function sealVault(profileId: ProfileId, vaultKey: Uint8Array, vault: Vault, rng: Rng): Uint8Array {
  const header = concatBytes(Uint8Array.of(VAULT_VERSION), rng.bytes(NONCE_BYTES))
  const plaintext = padBytes(encodeVault(vault))
  const sealed = sealBytes(createAeadKey(vaultKey), header.subarray(1), plaintext, associated(profileId, header))
  plaintext.fill(0)
  return concatBytes(header, sealed)
}

export type UnsealVaultRefusal =
  'too-long' | 'newer-version' | 'bad-version' | 'bad-seal' | 'bad-padding' | VaultRefusal

/** `bad-seal`: another profile's vault, another key, or changed bytes; whoever opened the slot knows it is not the way in. */
export function unsealVault(
  profileId: ProfileId,
  vaultKey: Uint8Array,
  bytes: Uint8Array,
): Result<Vault, UnsealVaultRefusal> {
  if (bytes.length > LIMITS.vaultMaxBytes) return err('too-long')
  const [version = 0] = bytes
  if (version > VAULT_VERSION) return err('newer-version')
  if (version !== VAULT_VERSION) return err('bad-version')
  const header = bytes.subarray(0, HEADER_BYTES)
  if (header.length < HEADER_BYTES) return err('bad-seal')
  const sealed = bytes.subarray(HEADER_BYTES)
  const plaintext = unsealBytes(createAeadKey(vaultKey), header.subarray(1), sealed, associated(profileId, header))
  if (plaintext === undefined) return err('bad-seal')
  const content = findPadded(plaintext)
  if (content === undefined) return err('bad-padding')
  // A copy, since the record's fields are views into it and outlive the wiped plaintext.
  const vault = parseVault(content.slice())
  plaintext.fill(0)
  return vault.ok ? ok(vault.value) : vault
}

function associated(profileId: ProfileId, header: Uint8Array): Uint8Array {
  return concatBytes(domainPrefix('vault'), bytesFromId(profileId), header)
}
