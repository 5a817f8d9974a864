import { LIMITS } from '../limits.ts'
import { encodeSightings } from '../sightings.ts'
import { sampleBytes, sampleId } from './samples.ts'
import { bad, badEdits, badForms, good } from './vector.ts'
import type { Vectors } from './vector.ts'

const shown = {
  medium: sampleId('Hash', 0x10),
  heads: [
    { gen: 8, hash: sampleId('Hash', 0x30) },
    { gen: 2 ** 33, hash: sampleId('Hash', 0x50) },
  ],
  settled: 7,
  count: 12,
  deviceId: sampleId('DeviceId', 0x21),
}
const sightings = encodeSightings(shown)
const row = (gen: number): readonly [number, Uint8Array] => [gen, sampleBytes(32, 0x30)]

export const sightingsVectors: Vectors = {
  good: [
    good('two heads since the word of the owner', sightings),
    good('a copy that is kept no longer', encodeSightings({ ...shown, heads: [], settled: 0 })),
  ],
  bad: [
    ...badForms(sightings),
    bad('more bytes than sightings may have', 'too-long', new Uint8Array(LIMITS.sightingsMaxBytes + 1)),
    ...badEdits(sightings, [
      ['no medium', 'missing-medium', [1]],
      ['a generation twice', 'bad-heads', [2], [row(8), row(8)]],
      ['generations in descending order', 'bad-heads', [2], [row(9), row(8)]],
      ['generation 0', 'bad-heads', [2], [row(0)]],
      ['a head without hash', 'bad-heads', [2], [[8]]],
      ['the first word counted as 0', 'bad-count', [4], 0],
      ['no device', 'missing-deviceId', [5]],
    ]),
  ],
}
