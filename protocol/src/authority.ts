import { authorityBodyCodec } from './authority-body.ts'
import type { AuthorityBody, BodyRefusal } from './authority-body.ts'
import { concatBytes } from './bytes.ts'
import { encodeCbor } from './cbor.ts'
import type { CborValue } from './cbor.ts'
import { id, uint } from './codecs.ts'
import type { Codec } from './codecs.ts'
import { NO_HASH, bytesFromId } from './ids.ts'
import type { Hash, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, parseRecord, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'
import { SIGNATURE_BYTES } from './signed.ts'

/** One line of the log that says who is in. `prev` is the hash of the entry before; the genesis has seq 1 and `NO_HASH`. */
export interface AuthorityEntry {
  readonly profileId: ProfileId
  readonly seq: number
  readonly prev: Hash
  readonly body: AuthorityBody
  readonly wallclockMs: number
}

/** An entry as it travels: payload ‖ signer32 ‖ sig64. NOT verified; whether `signer` may say this is for the fold. */
export interface SignedEntry {
  readonly entry: AuthorityEntry
  readonly bytes: Uint8Array
  /** What is signed (domain `authority`). This and the rest are views into `bytes`. */
  readonly payload: Uint8Array
  readonly signer: Uint8Array
  readonly signature: Uint8Array
  /** payload ‖ signer: the entry's hash is the SHA-256 of these. */
  readonly hashedBytes: Uint8Array
}

type WireEntry = Omit<AuthorityEntry, 'body'> & { readonly kind: number; readonly body: CborValue }

export type AuthorityRefusal =
  RecordRefusal<WireEntry> | VersionRefusal | BodyRefusal | 'no-signature' | 'genesis-not-first' | 'first-not-genesis'

const SIGNER_BYTES = 32
const TRAILER_BYTES = SIGNER_BYTES + SIGNATURE_BYTES

const anything: Codec<CborValue> = {
  form: { kind: 'any' },
  write: (value) => value,
  read: (value) => value,
}

const wireCodec = versionedRecord<WireEntry>(1, {
  profileId: at(2, id('ProfileId')),
  seq: at(3, uint(undefined, 1)),
  prev: at(4, id('Hash')),
  kind: at(5, uint()),
  body: at(6, anything),
  wallclockMs: at(7, uint()),
})

/** The payload that the signer signs. */
export function encodeAuthorityEntry(entry: AuthorityEntry): Uint8Array {
  const [kind, body] = authorityBodyCodec.write(entry.body) as readonly [number, CborValue]
  const wire = { ...entry, kind, body }
  const checked = fromWire(wire)
  if (!checked.ok) throw new RangeError('not encodable: ' + checked.error)
  return encodeRecord(wireCodec, wire)
}

export function parseAuthorityEntry(payload: Uint8Array): Result<AuthorityEntry, AuthorityRefusal> {
  const wire = parseRecord(wireCodec, payload, LIMITS.authorityEntryMaxBytes)
  return wire.ok ? fromWire(wire.value) : wire
}

function fromWire({ kind, body, ...rest }: WireEntry): Result<AuthorityEntry, AuthorityRefusal> {
  const parsed = authorityBodyCodec.parse([kind, body])
  if (!parsed.ok) return parsed
  const isGenesis = parsed.value.kind === 'genesis'
  if (isGenesis !== (rest.seq === 1)) return err(isGenesis ? 'genesis-not-first' : 'first-not-genesis')
  if (isGenesis !== (rest.prev === NO_HASH)) return err('bad-prev')
  return ok({ ...rest, body: parsed.value })
}

export function encodeSignedEntry(payload: Uint8Array, signer: Uint8Array, signature: Uint8Array): Uint8Array {
  if (signer.length !== SIGNER_BYTES || signature.length !== SIGNATURE_BYTES) throw new RangeError('signer32, sig64')
  return concatBytes(payload, signer, signature)
}

export function parseSignedEntry(bytes: Uint8Array): Result<SignedEntry, AuthorityRefusal> {
  const end = bytes.length - TRAILER_BYTES
  if (end < 1) return err('no-signature')
  const payload = bytes.subarray(0, end)
  const entry = parseAuthorityEntry(payload)
  if (!entry.ok) return entry
  const hashedBytes = bytes.subarray(0, end + SIGNER_BYTES)
  const signer = hashedBytes.subarray(end)
  return ok({ entry: entry.value, bytes, payload, signer, signature: bytes.subarray(end + SIGNER_BYTES), hashedBytes })
}

/** What the old recovery key signs to agree to its successor. `prev` ties the consent to one place of the log; an array is never an entry. */
export function recoveryConsentPayload(profileId: ProfileId, prev: Hash, newRecoveryPublicKey: Uint8Array): Uint8Array {
  return encodeCbor([bytesFromId(profileId), bytesFromId(prev), newRecoveryPublicKey])
}
