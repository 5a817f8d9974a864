import { converted, hexOf, id, mapOf, pair, uint } from './codecs.ts'
import { chainKey, findId } from './ids.ts'
import type { ChainKey, DeviceId, DocId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/** The last frame of one chain that a device has admitted. */
export interface ChainHead {
  readonly seq: number
  readonly frameId: Hash
}

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

const DEVICE_HEX = 2 * 16

const chain = converted(
  hexOf(20),
  (hex): ChainKey | undefined => {
    const deviceId = findId('DeviceId', hex.slice(0, DEVICE_HEX))
    const incarnation = findId('Incarnation', hex.slice(DEVICE_HEX))
    return deviceId && incarnation && chainKey(deviceId, incarnation)
  },
  (key) => key,
)

const chainHead = converted(
  pair(uint(undefined, 1), id('Hash')),
  ([seq, frameId]): ChainHead => ({ seq, frameId }),
  ({ seq, frameId }) => [seq, frameId] as const,
)

const codec = record<Heads>({
  docId: at(1, id('DocId')),
  chains: at(2, mapOf(chain, chainHead, { max: LIMITS.chainsPerDoc })),
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
