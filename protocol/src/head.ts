import { encodeCbor } from './cbor.ts'
import { bytesUpTo, id, list, text, uint } from './codecs.ts'
import { NO_HASH, bytesFromId } from './ids.ts'
import type { DeviceId, Hash, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import type { Result } from './result.ts'
import { SLOT_FIXED_BYTES } from './slot.ts'

/** What this reader can read; a head may ask for more. Each head asks for no more than what it leads to needs. */
export const READER_VERSION = 2
/** What reads everything that has no dense pack and no snapshot of several parts in it. */
export const FIRST_READER_VERSION = 1

/**
 * The one mutable object of a medium: where everything else of the profile is. Signed by the device that wrote it (domain `head`).
 * Accept its slots only when the hash of `slotSetBytes` is what the last root-signed SlotChange says.
 */
export interface Head {
  readonly profileId: ProfileId
  /** The generation: exactly one more than that of the head this one replaced; 1 on a new medium. */
  readonly gen: number
  /** The hash of the replaced head; `NO_HASH` when `gen` is 1. */
  readonly prev: Hash
  /** The last entry of the authority log that the writer had. */
  readonly authorityTip: Hash
  /** Names of blobs. */
  readonly vaultBlob: Hash
  readonly packIndexBlob: Hash
  readonly headsBlob: Hash
  /** Each for `parseSlot`, apart: one slot of a newer kind must not lock the others out. */
  readonly slots: readonly Uint8Array[]
  readonly writer: DeviceId
  readonly wallclockMs: number
  readonly minReaderVersion: number
  /** Where the next head will be, on media without compare-and-swap that give out ids ahead of time. */
  readonly nextId?: string
}

export type HeadRule = 'bad-prev' | 'newer-version'
export type HeadRefusal = RecordRefusal<Head> | VersionRefusal | HeadRule

const slot = bytesUpTo(SLOT_FIXED_BYTES + LIMITS.slotParamsMaxBytes, SLOT_FIXED_BYTES)

const codec = checked(
  versionedRecord<Head>(1, {
    profileId: at(2, id('ProfileId')),
    gen: at(3, uint(undefined, 1)),
    prev: at(4, id('Hash')),
    authorityTip: at(5, id('Hash')),
    vaultBlob: at(6, id('Hash')),
    slots: at(7, list(slot, { min: 1, max: LIMITS.slotsMax })),
    packIndexBlob: at(8, id('Hash')),
    headsBlob: at(9, id('Hash')),
    writer: at(10, id('DeviceId')),
    wallclockMs: at(11, uint()),
    minReaderVersion: at(12, uint(undefined, 1)),
    nextId: maybeAt(
      13,
      text(128, (value) => /^[\x21-\x7e]+$/.test(value)),
    ),
  }),
  checkHead,
)

function checkHead(head: Head): HeadRule | undefined {
  if (head.minReaderVersion > READER_VERSION) return 'newer-version'
  return (head.gen === 1) === (head.prev === NO_HASH) ? undefined : 'bad-prev'
}

/** The payload that the writing device signs. */
export function encodeHead(head: Head): Uint8Array {
  return encodeRecord(codec, head)
}

export function parseHead(payload: Uint8Array): Result<Head, HeadRefusal> {
  return parseRecord(codec, payload, LIMITS.headMaxBytes)
}

/** What a SlotChange hashes (domain `slot`): a device that writes heads cannot drop, add or swap a way in. */
export function slotSetBytes(slots: readonly Uint8Array[], vaultBlob: Hash): Uint8Array {
  return encodeCbor([slots, bytesFromId(vaultBlob)])
}
