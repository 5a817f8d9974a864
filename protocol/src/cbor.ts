import { equalBytes, utf8 } from './bytes.ts'
import { LIMITS } from './limits.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

/**
 * Canonical CBOR (RFC 8949, 4.2.1), the part we use: integers, byte strings, text, arrays, and maps whose keys are unsigned integers.
 * One value has exactly one encoding, so equal records have equal hashes. An integer is a number when it is safe and a bigint
 * otherwise, never both. There are no booleans, no null and no floats: a flag is 0 or 1, an absent field is an absent key.
 */
export type CborValue = number | bigint | Uint8Array | string | readonly CborValue[] | ReadonlyMap<number, CborValue>

export type CborRefusal =
  | 'too-long'
  | 'truncated'
  | 'trailing-bytes'
  | 'too-deep'
  /** More elements are announced than bytes are left. */
  | 'too-many-elements'
  | 'not-shortest'
  | 'indefinite'
  | 'reserved'
  | 'tag'
  | 'float'
  | 'simple-value'
  | 'bad-text'
  | 'bad-key'
  | 'key-order'

export interface CborLimits {
  readonly maxBytes: number
  /** Containers within containers; a flat array or map is 1 deep. */
  readonly maxDepth: number
}

const UINT = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const TAG = 6
const MAX_UINT64 = 2n ** 64n - 1n
const DEFAULT_LIMITS: CborLimits = { maxBytes: LIMITS.cborMaxBytes, maxDepth: LIMITS.cborMaxDepth }

/** Throws on what CBOR of ours cannot say (fractions, lone surrogates, too deep): that is a bug of the caller. Map entries may come in any order. */
export function encodeCbor(value: CborValue): Uint8Array {
  // What is larger than this lies outside the heap of the engine, which costs more than most records do.
  const writer: Writer = { bytes: new Uint8Array(64), length: 0 }
  writeItem(writer, value, 0)
  return writer.bytes.slice(0, writer.length)
}

/** Byte strings in the value are views into `bytes`: copy those you keep beyond it. */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = DEFAULT_LIMITS): Result<CborValue, CborRefusal> {
  return decodeCborCounted(bytes, limits).outcome
}

/** `steps` counts the items read and the bytes looked at, so that tests can show the work to be linear without a clock. */
export function decodeCborCounted(
  bytes: Uint8Array,
  limits: CborLimits = DEFAULT_LIMITS,
): { readonly outcome: Result<CborValue, CborRefusal>; readonly steps: number } {
  if (bytes.length > limits.maxBytes) return { outcome: err('too-long'), steps: 0 }
  const cursor: Cursor = { bytes, maxDepth: limits.maxDepth, at: 0, steps: 0, refusal: undefined }
  const value = readItem(cursor, 0)
  if (value === undefined) return { outcome: err(cursor.refusal ?? 'truncated'), steps: cursor.steps }
  if (cursor.at !== bytes.length) return { outcome: err('trailing-bytes'), steps: cursor.steps }
  return { outcome: ok(value), steps: cursor.steps }
}

interface Cursor {
  readonly bytes: Uint8Array
  readonly maxDepth: number
  at: number
  steps: number
  refusal: CborRefusal | undefined
}

/** The first refusal stands; every reader returns `undefined` from then on. */
function refuse(cursor: Cursor, refusal: CborRefusal): undefined {
  cursor.refusal ??= refusal
}

function readItem(cursor: Cursor, depth: number): CborValue | undefined {
  cursor.steps++
  const initial = cursor.bytes[cursor.at]
  if (initial === undefined) return refuse(cursor, 'truncated')
  cursor.at++
  const major = initial >> 5
  const low = initial & 31
  if (major === TAG) return refuse(cursor, 'tag')
  if (major > TAG) return refuse(cursor, low === 31 ? 'indefinite' : low >= 25 && low <= 27 ? 'float' : 'simple-value')
  const argument = readArgument(cursor, low)
  if (argument === undefined) return undefined
  if (major === UINT) return argument
  if (major === NEGATIVE) return negative(argument)
  if (major === BYTES) return readBytes(cursor, argument)
  if (major === TEXT) return readText(cursor, argument)
  if (depth === cursor.maxDepth) return refuse(cursor, 'too-deep')
  return major === ARRAY ? readArray(cursor, argument, depth + 1) : readMap(cursor, argument, depth + 1)
}

function readArgument(cursor: Cursor, low: number): number | bigint | undefined {
  if (low < 24) return low
  if (low === 31) return refuse(cursor, 'indefinite')
  if (low > 27) return refuse(cursor, 'reserved')
  const size = 1 << (low - 24)
  const end = cursor.at + size
  if (end > cursor.bytes.length) return refuse(cursor, 'truncated')
  let argument = 0
  for (let i = cursor.at; i < end; i++) argument = argument * 256 + (cursor.bytes[i] ?? 0)
  cursor.at = end
  // The sum above is rounded past 2^53, which does not change how it compares with these powers of two.
  if (argument < (size === 1 ? 24 : 2 ** (4 * size))) return refuse(cursor, 'not-shortest')
  if (Number.isSafeInteger(argument)) return argument
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset, cursor.bytes.byteLength)
  return view.getBigUint64(end - 8)
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument
  return -1n - BigInt(argument)
}

function readBytes(cursor: Cursor, length: number | bigint): Uint8Array | undefined {
  if (length > cursor.bytes.length - cursor.at) return refuse(cursor, 'truncated')
  const start = cursor.at
  cursor.at += Number(length)
  return new Uint8Array(cursor.bytes.buffer, cursor.bytes.byteOffset + start, Number(length))
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function readText(cursor: Cursor, length: number | bigint): string | undefined {
  const bytes = readBytes(cursor, length)
  if (bytes === undefined) return undefined
  cursor.steps += bytes.length
  const ascii = bytes.length <= SHORT ? findAscii(bytes) : undefined
  if (ascii !== undefined) return ascii
  const text = decoder.decode(bytes)
  // What is not UTF-8 (overlong forms and surrogates too) decodes to a replacement mark and so does not come back the same.
  return equalBytes(utf8(text), bytes) ? text : refuse(cursor, 'bad-text')
}

/** Most texts of a record are names: putting one together here is several times as fast as asking the decoder for it. */
const SHORT = 48

function findAscii(bytes: Uint8Array): string | undefined {
  let text = ''
  for (const byte of bytes) {
    if (byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

function readArray(cursor: Cursor, count: number | bigint, depth: number): CborValue[] | undefined {
  if (count > cursor.bytes.length - cursor.at) return refuse(cursor, 'too-many-elements')
  const items: CborValue[] = []
  for (let i = 0; i < count; i++) {
    const item = readItem(cursor, depth)
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}

function readMap(cursor: Cursor, count: number | bigint, depth: number): Map<number, CborValue> | undefined {
  if (count > (cursor.bytes.length - cursor.at) / 2) return refuse(cursor, 'too-many-elements')
  const map = new Map<number, CborValue>()
  let last = -1
  for (let i = 0; i < count; i++) {
    const key = readItem(cursor, depth)
    if (key === undefined) return undefined
    if (typeof key !== 'number' || key < 0) return refuse(cursor, 'bad-key')
    if (key <= last) return refuse(cursor, 'key-order')
    const value = readItem(cursor, depth)
    if (value === undefined) return undefined
    map.set(key, value)
    last = key
  }
  return map
}

interface Writer {
  bytes: Uint8Array
  length: number
}

function writeItem(writer: Writer, value: CborValue, depth: number): void {
  if (typeof value === 'number' || typeof value === 'bigint') return writeInteger(writer, value)
  if (typeof value === 'string') return writeText(writer, value)
  if (value instanceof Uint8Array) return writeString(writer, BYTES, value)
  if (depth === LIMITS.cborMaxDepth) throw new RangeError('a record this deep cannot be read back')
  if (value instanceof Map) return writeMap(writer, value as ReadonlyMap<number, CborValue>, depth + 1)
  const items = value as readonly CborValue[]
  writeHead(writer, ARRAY, items.length)
  for (const item of items) writeItem(writer, item, depth + 1)
}

function writeInteger(writer: Writer, value: number | bigint): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError('not a safe integer')
  if (value >= 0) writeHead(writer, UINT, value)
  else writeHead(writer, NEGATIVE, typeof value === 'number' ? -1 - value : -1n - value)
}

function writeText(writer: Writer, text: string): void {
  if (text.length <= SHORT && isAscii(text)) {
    writeHead(writer, TEXT, text.length)
    const at = makeRoom(writer, text.length)
    for (let i = 0; i < text.length; i++) writer.bytes[at + i] = text.charCodeAt(i)
    return
  }
  if (!text.isWellFormed()) throw new RangeError('text with a lone surrogate has no UTF-8')
  writeString(writer, TEXT, utf8(text))
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

function writeString(writer: Writer, major: number, bytes: Uint8Array): void {
  writeHead(writer, major, bytes.length)
  const at = makeRoom(writer, bytes.length)
  writer.bytes.set(bytes, at)
}

function writeMap(writer: Writer, map: ReadonlyMap<number, CborValue>, depth: number): void {
  writeHead(writer, MAP, map.size)
  for (const [key, value] of isAscending(map) ? map : [...map].sort(([a], [b]) => a - b)) {
    if (!Number.isSafeInteger(key) || key < 0) throw new RangeError('map keys are unsigned integers')
    writeHead(writer, UINT, key)
    writeItem(writer, value, depth)
  }
}

function isAscending(map: ReadonlyMap<number, CborValue>): boolean {
  let last = -1
  for (const key of map.keys()) {
    if (key <= last) return false
    last = key
  }
  return true
}

function writeHead(writer: Writer, major: number, argument: number | bigint): void {
  if (argument > MAX_UINT64) throw new RangeError('beyond 64 bits')
  const size = argument < 24 ? 0 : argument < 256 ? 1 : argument < 65_536 ? 2 : argument < 2 ** 32 ? 4 : 8
  const at = makeRoom(writer, 1 + size)
  if (size === 0) {
    writer.bytes[at] = (major << 5) | Number(argument)
    return
  }
  writer.bytes[at] = (major << 5) | (24 + Math.log2(size))
  const view = new DataView(writer.bytes.buffer)
  if (size === 1) view.setUint8(at + 1, Number(argument))
  else if (size === 2) view.setUint16(at + 1, Number(argument))
  else if (size === 4) view.setUint32(at + 1, Number(argument))
  else if (size === 8) view.setBigUint64(at + 1, BigInt(argument))
}

function makeRoom(writer: Writer, count: number): number {
  const at = writer.length
  writer.length += count
  if (writer.length > writer.bytes.length) {
    const larger = new Uint8Array(Math.max(writer.length, 2 * writer.bytes.length))
    larger.set(writer.bytes)
    writer.bytes = larger
  }
  return at
}
