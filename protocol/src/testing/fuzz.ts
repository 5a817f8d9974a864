import { equalBytes, hexFromBytes } from '../bytes.ts'
import { createMutator } from './mutator.ts'

/** What became of one input. */
export interface FuzzOutcome {
  /**
   * `undefined` when the input was refused. Otherwise the only bytes that may be accepted for this value: its canonical encoding, or, for
   * something signed, the genuine bytes it was taken for.
   */
  readonly encoded: Uint8Array | undefined
  /** Counted work, where the decoder counts: it must stay within a constant per byte. */
  readonly steps?: number
}

export interface FuzzTarget {
  readonly name: string
  /** Valid inputs to mutate; each must be accepted as it is. */
  readonly seeds: readonly Uint8Array[]
  readonly decode: (input: Uint8Array) => FuzzOutcome
  /** 2 unless said otherwise. */
  readonly allowedStepsPerByte?: number
}

export interface FuzzReport {
  readonly name: string
  readonly rounds: number
  /** Nothing accepted, nothing thrown, and the work within its constant per byte. */
  readonly isSound: boolean
  /** Inputs that were accepted although they are not `encoded` byte for byte: a second spelling of a value, or a forgery. */
  readonly accepted: number
  /** Inputs at which the decoder threw. */
  readonly crashes: number
  /** Inputs that were another valid value in its one spelling: no failure, and a sign that the mutations reach deep. */
  readonly valid: number
  readonly maxStepsPerByte: number
  /** The first accepted or crashing input, in hex, and what was thrown. */
  readonly failure?: { readonly input: string; readonly thrown?: unknown }
}

/** The same `seed` makes the same inputs. Throws when a seed input is refused, since nothing would be tested then. */
export function fuzzTarget(target: FuzzTarget & FuzzRun): FuzzReport {
  const { name, seeds, decode, allowedStepsPerByte = 2, rounds, seed } = target
  const judge = (input: Uint8Array) => judgeInput(decode, input)
  for (const input of seeds) if (judge(input).verdict !== 'valid') throw new RangeError(`${name} refuses its own seed`)
  const mutate = createMutator(seeds, seed)
  const counts = { accepted: 0, crashed: 0, refused: 0, valid: 0 }
  let maxStepsPerByte = 0
  let failure: FuzzReport['failure']
  for (let round = 0; round < rounds; round++) {
    const input = mutate()
    const { verdict, steps, thrown } = judge(input)
    counts[verdict]++
    maxStepsPerByte = Math.max(maxStepsPerByte, steps / Math.max(1, input.length))
    if (verdict === 'accepted' || verdict === 'crashed') failure ??= { input: hexFromBytes(input), thrown }
  }
  const { accepted, crashed: crashes, valid } = counts
  const isSound = accepted === 0 && crashes === 0 && maxStepsPerByte <= allowedStepsPerByte
  return { name, rounds, isSound, accepted, crashes, valid, maxStepsPerByte, ...(failure && { failure }) }
}

export interface FuzzRun {
  readonly rounds: number
  readonly seed: number
}

interface Judgement {
  readonly verdict: 'refused' | 'valid' | 'accepted' | 'crashed'
  readonly steps: number
  readonly thrown?: unknown
}

function judgeInput(decode: FuzzTarget['decode'], input: Uint8Array): Judgement {
  try {
    const { encoded, steps = 0 } = decode(input)
    if (encoded === undefined) return { verdict: 'refused', steps }
    return { verdict: equalBytes(encoded, input) ? 'valid' : 'accepted', steps }
  } catch (thrown) {
    return { verdict: 'crashed', steps: 0, thrown }
  }
}
