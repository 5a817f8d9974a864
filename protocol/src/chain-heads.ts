import { converted, hexOf, id, mapOf, pair, uint } from './codecs.ts'
import type { Codec } from './codecs.ts'
import { chainKey, findId } from './ids.ts'
import type { ChainKey, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'

/** The last frame of one chain that somebody has admitted. */
export interface ChainHead {
  readonly seq: number
  readonly frameId: Hash
}

const DEVICE_HEX = 2 * 16

/** A chain as 20 bytes: device, then incarnation. */
export const chainCodec: Codec<ChainKey> = converted(
  hexOf(20),
  (hex): ChainKey | undefined => {
    const deviceId = findId('DeviceId', hex.slice(0, DEVICE_HEX))
    const incarnation = findId('Incarnation', hex.slice(DEVICE_HEX))
    return deviceId && incarnation && chainKey(deviceId, incarnation)
  },
  (key) => key,
)

const chainHeadCodec = converted(
  pair(uint(undefined, 1), id('Hash')),
  ([seq, frameId]): ChainHead => ({ seq, frameId }),
  ({ seq, frameId }) => [seq, frameId] as const,
)

/** How far each chain of one document is. */
export const chainHeadsCodec: Codec<ReadonlyMap<ChainKey, ChainHead>> = mapOf(chainCodec, chainHeadCodec, {
  max: LIMITS.chainsPerDoc,
})
