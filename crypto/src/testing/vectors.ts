import { findBytesFromHex, hexFromBytes } from '@cloudos/protocol/bytes'

/** Vectors as they are published: every byte string as hex, everything else as JSON has it. */
export function jsonFrom(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? hexFromBytes(part) : part), 2) + '\n'
}

export function bytesOf(hex: string): Uint8Array {
  const bytes = findBytesFromHex(hex)
  if (bytes === undefined) throw new RangeError('not hex: ' + hex)
  return bytes
}
