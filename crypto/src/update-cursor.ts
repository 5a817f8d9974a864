export type YjsRefusal =
  | 'too-long'
  | 'truncated'
  | 'trailing-bytes'
  | 'bad-number'
  | 'bad-text'
  | 'bad-json'
  | 'too-deep'
  | 'too-many-structs'
  | 'too-many-deletes'
  | 'skip'
  | 'subdocument'
  | 'unknown-content'
  | 'bad-length'
  | 'bad-clock'
  | 'duplicate-client'
  | 'bad-reference'

/**
 * A place in an update. The first refusal sticks and moves the place to the end, so that a reader need not look after each
 * step: what it reads from then on is zero, and every loop over a count must stop on `refusal`.
 */
export class UpdateCursor {
  readonly bytes: Uint8Array
  at = 0
  /** Bytes looked at, and looked at again: the measure of work done. */
  steps = 0
  refusal: YjsRefusal | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  refuse(reason: YjsRefusal): 0 {
    this.refusal ??= reason
    this.at = this.bytes.length
    return 0
  }

  byte(): number {
    this.steps++
    return this.bytes[this.at++] ?? this.refuse('truncated')
  }

  skip(lengthBytes: number): void {
    this.steps++
    if (lengthBytes > this.left) this.refuse('truncated')
    else this.at += lengthBytes
  }

  /** A safe integer in its shortest spelling: lib0 itself would take endless zeros and lose precision on the way. */
  uint(): number {
    return this.continueNumber(this.byte(), 7)
  }

  /** lib0's signed number, of which only the size matters here: the first byte holds a sign and six bits. */
  skipInt(): void {
    const first = this.byte()
    this.continueNumber((first & 0x80) | (first & 0x3f), 6)
  }

  private continueNumber(first: number, firstBits: 6 | 7): number {
    if (first < 0x80) return first
    let number = first & 0x7f
    let scale = 2 ** firstBits
    for (;;) {
      const byte = this.byte()
      number += (byte & 0x7f) * scale
      if (number > Number.MAX_SAFE_INTEGER || byte === 0) return this.refuse('bad-number')
      if (byte < 0x80) return number
      scale *= 128
      if (scale > Number.MAX_SAFE_INTEGER) return this.refuse('bad-number')
    }
  }

  /** Passes a string and returns its length in UTF-16 units, which is what Yjs counts. */
  text(): number {
    const start = this.rawText()
    return utf16Length(this.bytes, start, this.at) ?? this.refuse('bad-text')
  }

  /** Passes a length-prefixed run of bytes, unexamined, and returns where it begins; it ends at the new place. */
  rawText(): number {
    const lengthBytes = this.uint()
    const start = this.at
    this.skip(lengthBytes)
    this.steps += this.at - start
    return Math.min(start, this.at)
  }
}

/** `undefined` where a fatal TextDecoder would throw (overlong, surrogate, out of range, cut short), as Yjs does on such bytes. */
export function utf16Length(bytes: Uint8Array, start: number, end: number): number | undefined {
  let units = 0
  let at = start
  while (at < end) {
    const lead = bytes[at] ?? 0
    const size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
    if (size === 0 || at + size > end) return undefined
    if (size > 1 && !isSecondByte(lead, bytes[at + 1] ?? 0)) return undefined
    for (let i = 2; i < size; i++) if (!isContinuation(bytes[at + i] ?? 0)) return undefined
    units += size === 4 ? 2 : 1
    at += size
  }
  return units
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf
}

function isSecondByte(lead: number, byte: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  return byte >= low && byte <= high
}
