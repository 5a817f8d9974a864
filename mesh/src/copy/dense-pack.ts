import { sha256 } from '@cloudos/crypto/hash'
import { concatBytes, equalBytes } from '@cloudos/protocol/bytes'
import { FRAME_HEADER_BYTES, FRAME_SIGNATURE_BYTES } from '@cloudos/protocol/frame'

/*
 * Frames end to end, without what the frame before in the same chain tells already: of its header a frame that goes on differs in its
 * place, in the hash of the one before, in its nonce, which counts, and in its length. Nothing is lost by it: each frame comes back bit for
 * bit, to be verified as any other.
 *
 * 'CP' | version 1 | entry ..., where an entry is 0 ‖ frame, or d ‖ u16 length of the ciphertext ‖ ciphertext and tag ‖ signature 64 for
 * a frame that goes on from the one that stands d entries before it.
 */

const MAGIC = Uint8Array.of(0x43, 0x50, 1)
const WHOLE = 0
const BACK_MAX = 255
const LENGTH_BYTES = 2
const LENGTH_MAX = 0xffff
const SEQ_AT = 48
const PREV_AT = 56
/** The nonce's last eight bytes. */
const COUNTER_AT = 104
const LENGTH_AT = FRAME_HEADER_BYTES - 4

export function isDense(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)
}

/** @param frames whole ones, each as `parseFrame` takes them */
export function encodeDense(frames: readonly Uint8Array[]): Uint8Array {
  const pieces: Uint8Array[] = [MAGIC]
  for (const [at, frame] of frames.entries()) {
    const back = backOf(frames, at)
    if (back === undefined) pieces.push(Uint8Array.of(WHOLE), frame)
    else {
      const sealed = frame.subarray(FRAME_HEADER_BYTES)
      const length = sealed.length - FRAME_SIGNATURE_BYTES
      pieces.push(Uint8Array.of(back, length >> 8, length & 0xff), sealed)
    }
  }
  return concatBytes(...pieces)
}

/** The frames by their lengths only, nothing else of them is looked at; `undefined` where they are not whole. */
export function findDense(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Uint8Array[] = []
  for (let at = MAGIC.length; at < bytes.length;) {
    const back = bytes[at] ?? WHOLE
    at += 1
    const header = at + (back === WHOLE ? FRAME_HEADER_BYTES : LENGTH_BYTES)
    if (header > bytes.length) return undefined
    const length = back === WHOLE ? view.getUint32(at + LENGTH_AT) : view.getUint16(at)
    const end = header + length + FRAME_SIGNATURE_BYTES
    const before = frames[frames.length - back]
    if (end > bytes.length || (back !== WHOLE && before === undefined)) return undefined
    frames.push(
      before === undefined
        ? bytes.subarray(at, end)
        : concatBytes(headerAfter(before, length), bytes.subarray(header, end)),
    )
    at = end
  }
  return frames
}

/** How many entries before the one stands that this goes on from; `undefined` where none does that is near. */
function backOf(frames: readonly Uint8Array[], at: number): number | undefined {
  const frame = frames[at]
  if (frame === undefined) return undefined
  const length = frame.length - FRAME_HEADER_BYTES - FRAME_SIGNATURE_BYTES
  for (let back = 1; back <= Math.min(at, BACK_MAX) && length <= LENGTH_MAX; back++) {
    const before = frames[at - back]
    // The nearest of its chain is the only one it can go on from.
    if (before === undefined || !equalBytes(before.subarray(0, SEQ_AT), frame.subarray(0, SEQ_AT))) continue
    return equalBytes(headerAfter(before, length), frame.subarray(0, FRAME_HEADER_BYTES)) ? back : undefined
  }
  return undefined
}

function headerAfter(frame: Uint8Array, length: number): Uint8Array {
  const header = frame.slice(0, FRAME_HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setBigUint64(SEQ_AT, view.getBigUint64(SEQ_AT) + 1n)
  header.set(sha256(frame.subarray(0, frame.length - FRAME_SIGNATURE_BYTES)), PREV_AT)
  view.setBigUint64(COUNTER_AT, view.getBigUint64(COUNTER_AT) + 1n)
  view.setUint32(LENGTH_AT, length)
  return header
}
