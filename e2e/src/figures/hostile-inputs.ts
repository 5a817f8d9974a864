import { frameIdOf, unsealFrame, verifyFrame } from '@cloudos/crypto/sealed-frame'
import { createAeadKey } from '@cloudos/crypto/aead'
import { createSigner } from '@cloudos/crypto/signature'
import { frameCases } from '@cloudos/crypto/testing/frame-cases'
import { equalBytes } from '@cloudos/protocol/bytes'
import { parseFrame } from '@cloudos/protocol/frame'
import { fuzzTarget } from '@cloudos/protocol/testing/fuzz'
import type { FuzzReport, FuzzTarget } from '@cloudos/protocol/testing/fuzz'
import { fuzzTargets } from '@cloudos/protocol/testing/fuzz-targets'

/** Mutates one of the formats by its name, or `sealed-frame`: the whole way from bytes to an opened frame. */
export function mutateInputs(format: string, rounds: number): FuzzReport {
  const target = [...fuzzTargets, sealedFrameTarget()].find(({ name }) => name === format)
  if (target === undefined) throw new RangeError(`there is no format ${format}`)
  return fuzzTarget({ ...target, rounds, seed: SEED })
}

const SEED = 1

/** Only a genuine frame may open, whatever else of it is well formed. */
function sealedFrameTarget(): FuzzTarget {
  const cases = frameCases()
  const genuine = cases.good.map(({ frame }) => frame)
  const { publicKey } = createSigner(cases.signSeed)
  const key = createAeadKey(cases.docKey)
  return {
    name: 'sealed-frame',
    seeds: genuine,
    decode: (input) => {
      const frame = parseFrame(input)
      const opens =
        frame.ok &&
        verifyFrame(frame.value, frameIdOf(frame.value), publicKey) === true &&
        unsealFrame(frame.value, key).ok
      return { encoded: opens ? (genuine.find((bytes) => equalBytes(bytes, input)) ?? FORGED) : undefined }
    },
  }
}

/** Equal to no input that opens. */
const FORGED = new Uint8Array(0)
