/** Reads the numbers of a WebAssembly binary in order. Past the end, or on a number too long, everything answers `undefined` from then on. */
export class WasmCursor {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = Math.min(end, bytes.length)
  }

  get at(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end
  }

  byte(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at++] : undefined
  }

  /** An unsigned LEB128 of at most 32 bits. */
  uint(): number | undefined {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value < 2 ** 32 ? value : undefined
    }
    return undefined
  }

  /** A view of so many bytes. */
  take(length: number | undefined): Uint8Array | undefined {
    if (length === undefined || length > this.#end - this.#at) return undefined
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  name(): string | undefined {
    const bytes = this.take(this.uint())
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
}

export function wasmUint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...wasmUint(Math.floor(value / 0x80))]
}
