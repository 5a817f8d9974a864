import { converted, id, list, pair, uint } from './codecs.ts'
import type { Codec } from './codecs.ts'
import type { DeviceId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/** A head of a medium: its generation, and the hash of its signed bytes. */
export interface SeenHead {
  readonly gen: number
  readonly hash: Hash
}

/**
 * Which heads one device has been shown on one medium. Signed by that device (domain `sightings`) and told to the others, so that a
 * medium which shows two devices two histories is found out by whichever hears of the other first.
 */
export interface Sightings {
  /** What all devices call the medium, whatever it takes to sign in there. */
  readonly medium: Hash
  /** By generation, each once. Old ones are thinned out; none when the device keeps no copy there any more. */
  readonly heads: readonly SeenHead[]
  /** The generation that the owner's word was last written with; what was seen below it proves nothing any more. 0: never. */
  readonly settled: number
  /** Counts what this device has said of this medium: a lower one is older. */
  readonly count: number
  readonly deviceId: DeviceId
}

export type SightingsRefusal = RecordRefusal<Sightings>

const seenHead: Codec<SeenHead> = converted(
  pair(uint(undefined, 1), id('Hash')),
  ([gen, hash]) => ({ gen, hash }),
  ({ gen, hash }) => [gen, hash] as const,
)

const seenHeads: Codec<readonly SeenHead[]> = converted(
  list(seenHead, { max: LIMITS.sightedHeadsMax }),
  (heads) => (heads.every(({ gen }, i) => i === 0 || (heads[i - 1]?.gen ?? 0) < gen) ? heads : undefined),
  (heads) => heads,
)

const codec = record<Sightings>({
  medium: at(1, id('Hash')),
  heads: at(2, seenHeads),
  settled: at(3, uint()),
  count: at(4, uint(undefined, 1)),
  deviceId: at(5, id('DeviceId')),
})

/** The payload that the device signs. */
export function encodeSightings(sightings: Sightings): Uint8Array {
  return encodeRecord(codec, sightings)
}

export function parseSightings(payload: Uint8Array): Result<Sightings, SightingsRefusal> {
  return parseRecord(codec, payload, LIMITS.sightingsMaxBytes)
}
