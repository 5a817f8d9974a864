import { chainHeadsCodec } from './chain-heads.ts'
import type { ChainHead } from './chain-heads.ts'
import { id, uint } from './codecs.ts'
import type { ChainKey, DeviceId, DocId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/**
 * How far one device has one document. Signed by that device (domain `heads`), kept on every medium and exchanged on connect, so that a
 * rollback or a fork shows at the first contact.
 */
export interface Heads {
  readonly docId: DocId
  readonly chains: ReadonlyMap<ChainKey, ChainHead>
  readonly authorityTip: Hash
  /** Counts this device's heads of this document: a lower one is older. */
  readonly gen: number
  readonly wallclockMs: number
  readonly deviceId: DeviceId
}

export type HeadsRefusal = RecordRefusal<Heads>

const codec = record<Heads>({
  docId: at(1, id('DocId')),
  chains: at(2, chainHeadsCodec),
  authorityTip: at(3, id('Hash')),
  gen: at(4, uint(undefined, 1)),
  wallclockMs: at(5, uint()),
  deviceId: at(6, id('DeviceId')),
})

/** The payload that the device signs. */
export function encodeHeads(heads: Heads): Uint8Array {
  return encodeRecord(codec, heads)
}

export function parseHeads(payload: Uint8Array): Result<Heads, HeadsRefusal> {
  return parseRecord(codec, payload, LIMITS.headsMaxBytes)
}
