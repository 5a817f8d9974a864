import { utf8 } from '@cloudos/protocol/bytes'

export type JsonFault = 'bad-json' | 'too-deep'

/**
 * What is wrong with `bytes[start, end)` as JSON, found without building any of it; `undefined` when JSON.parse takes it.
 * The bytes must already be valid UTF-8. Recursion is bounded by `maxDepth`.
 */
export function findJsonFault(bytes: Uint8Array, start: number, end: number, maxDepth: number): JsonFault | undefined {
  const scan = new JsonScan(bytes, start, end)
  scan.value(maxDepth)
  scan.space()
  return scan.fault ?? (scan.at === end ? undefined : 'bad-json')
}

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const WORD_BY_FIRST = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), utf8(word)]))
const ESCAPES = new Set(utf8('"\\/bfnrt'))

/** The first fault sticks and moves the place to the end, where nothing more matches. */
class JsonScan {
  readonly bytes: Uint8Array
  readonly end: number
  at: number
  fault: JsonFault | undefined

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  value(depthLeft: number): void {
    this.space()
    const first = this.peek()
    if (first === OPEN_OBJECT) this.members(depthLeft, CLOSE_OBJECT)
    else if (first === OPEN_ARRAY) this.members(depthLeft, CLOSE_ARRAY)
    else if (first === QUOTE) this.string()
    else if (first === MINUS || isDigit(first)) this.number()
    else this.word(first)
  }

  space(): void {
    while (isSpace(this.peek())) this.at++
  }

  private members(depthLeft: number, close: number): void {
    if (depthLeft === 0) return this.fail('too-deep')
    this.at++
    this.space()
    if (this.take(close)) return
    do {
      if (close === CLOSE_OBJECT) this.key()
      this.value(depthLeft - 1)
      this.space()
    } while (this.take(COMMA))
    this.require(close)
  }

  private key(): void {
    this.space()
    this.string()
    this.space()
    this.require(COLON)
  }

  private string(): void {
    this.require(QUOTE)
    while (this.at < this.end) {
      const byte = this.next()
      if (byte === QUOTE) return
      if (byte === BACKSLASH) this.escape()
      else if (byte < 0x20) break
    }
    this.fail('bad-json')
  }

  private escape(): void {
    const kind = this.next()
    if (kind === 0x75) for (let i = 0; i < 4; i++) this.requireThat(isHexDigit(this.next()))
    else this.requireThat(ESCAPES.has(kind))
  }

  private number(): void {
    this.take(MINUS)
    if (!this.take(0x30)) this.digits()
    if (this.take(DOT)) this.digits()
    if (this.take(0x65) || this.take(0x45)) {
      if (!this.take(MINUS)) this.take(0x2b)
      this.digits()
    }
  }

  private digits(): void {
    this.requireThat(isDigit(this.peek()))
    while (isDigit(this.peek())) this.at++
  }

  private word(first: number): void {
    const word = WORD_BY_FIRST.get(first)
    if (word === undefined) return this.fail('bad-json')
    for (const letter of word) this.require(letter)
  }

  /** -1 at the end. */
  private peek(): number {
    return this.at < this.end ? (this.bytes[this.at] ?? -1) : -1
  }

  private next(): number {
    const byte = this.peek()
    this.at++
    return byte
  }

  private take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.at++
    return true
  }

  private require(byte: number): void {
    this.requireThat(this.take(byte))
  }

  private requireThat(holds: boolean): void {
    if (!holds) this.fail('bad-json')
  }

  private fail(fault: JsonFault): void {
    this.fault ??= fault
    this.at = this.end
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46)
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
