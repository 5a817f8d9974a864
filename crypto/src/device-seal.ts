import { concatBytes } from '@cloudos/protocol/bytes'
import { bytesOf } from '@cloudos/protocol/codecs'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { Rng } from '@cloudos/protocol/ports'
import { at, encodeRecord, maybeAt, parseRecord, versionedRecord } from '@cloudos/protocol/record'
import { err } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { createAeadKey, NONCE_BYTES, sealBytes, unsealBytes } from './aead.ts'
import type { AeadKey } from './aead.ts'
import { domainPrefix, hkdfSha256 } from './hash.ts'

/** What one device alone holds, and what must lie sealed on it while its owner is away. */
export interface DeviceSecrets {
  readonly boxSecret: Uint8Array
  readonly peerSeed: Uint8Array
  /** Where the platform cannot hold the signing key itself. */
  readonly signSeed?: Uint8Array
  /** The entropy of the profile's words, in the browser that founded it and until they are known to be written down. */
  readonly phrase?: Uint8Array
}

const key = bytesOf(32)
const codec = versionedRecord<DeviceSecrets>(1, {
  boxSecret: at(2, key),
  peerSeed: at(3, key),
  signSeed: maybeAt(4, key),
  phrase: maybeAt(5, key),
})
const MAX_BYTES = 1024

/** nonce24 | ct. Opens with the `secretsKey` of the profile's vault: whoever unlocks the vault unlocks the device. */
export function sealDevice(profileId: ProfileId, secretsKey: Uint8Array, secrets: DeviceSecrets, rng: Rng): Uint8Array {
  const nonce = rng.bytes(NONCE_BYTES)
  const plaintext = encodeRecord(codec, secrets)
  const sealed = sealBytes(deviceKey(secretsKey), nonce, plaintext, associated(profileId))
  plaintext.fill(0)
  return concatBytes(nonce, sealed)
}

export function unsealDevice(
  profileId: ProfileId,
  secretsKey: Uint8Array,
  bytes: Uint8Array,
): Result<DeviceSecrets, 'bad-seal' | 'bad-form'> {
  if (bytes.length < NONCE_BYTES) return err('bad-seal')
  const [nonce, sealed] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES)]
  const plaintext = unsealBytes(deviceKey(secretsKey), nonce, sealed, associated(profileId))
  if (plaintext === undefined) return err('bad-seal')
  const secrets = parseRecord(codec, plaintext, MAX_BYTES)
  return secrets.ok ? secrets : err('bad-form')
}

function deviceKey(secretsKey: Uint8Array): AeadKey {
  return createAeadKey(hkdfSha256(secretsKey, new Uint8Array(0), domainPrefix('device-secrets'), 32))
}

function associated(profileId: ProfileId): Uint8Array {
  return concatBytes(domainPrefix('device-secrets'), bytesFromId(profileId))
}
