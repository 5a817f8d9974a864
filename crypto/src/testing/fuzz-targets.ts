import { equalBytes } from '@cloudos/protocol/bytes'
import { parseFrame } from '@cloudos/protocol/frame'
import type { FuzzTarget } from '@cloudos/protocol/testing/fuzz'
import { createAeadKey } from '../aead.ts'
import { frameIdOf, unsealFrame, verifyFrame } from '../sealed-frame.ts'
import { createSigner } from '../signature.ts'
import { frameCases } from './frame-cases.ts'

/** What this room opens from outside: only genuine bytes may get through, however well formed the others are. */
export const fuzzTargets: readonly FuzzTarget[] = [sealedFrames()]

/** The whole way in, from bytes to updates. */
function sealedFrames(): FuzzTarget {
  const { good, signSeed, docKey } = frameCases()
  const genuine = good.map(({ frame }) => frame)
  const { publicKey } = createSigner(signSeed)
  const key = createAeadKey(docKey)
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
