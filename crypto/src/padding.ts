/** Before the content: how long it is. */
export const LENGTH_BYTES = 4
const PADDED_MIN_BYTES = 32

/** u32 length ‖ content ‖ zeros, to a length that says little of the content's. */
export function padBytes(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(LENGTH_BYTES + content.length))
  new DataView(padded.buffer).setUint32(0, content.length)
  padded.set(content, LENGTH_BYTES)
  return padded
}

/** A view into `padded`; `undefined` unless it is exactly what `padBytes` makes: no room for a second spelling or a hidden message. */
export function findPadded(padded: Uint8Array): Uint8Array | undefined {
  if (padded.length < PADDED_MIN_BYTES) return undefined
  const view = new DataView(padded.buffer, padded.byteOffset, padded.length)
  const end = LENGTH_BYTES + view.getUint32(0)
  if (paddedLength(end) !== padded.length) return undefined
  for (let i = end; i < padded.length; i++) if (padded[i] !== 0) return undefined
  return padded.subarray(LENGTH_BYTES, end)
}

/** Padmé (Nikitin et al., PETS 2019): a length gives away O(log log n) bits, for at most 12 % more bytes. */
export function paddedLength(lengthBytes: number): number {
  if (lengthBytes <= PADDED_MIN_BYTES) return PADDED_MIN_BYTES
  const exponent = 31 - Math.clz32(lengthBytes)
  const exponentBits = 32 - Math.clz32(exponent)
  const step = 2 ** (exponent - exponentBits)
  return Math.ceil(lengthBytes / step) * step
}
