import { concatBytes, hexFromBytes } from '../bytes.ts'
import { decodeCbor, encodeCbor } from '../cbor.ts'
import type { CborValue } from '../cbor.ts'

/** What every implementation must agree on for one format: values that are read, and inputs that are refused with this very word. */
export interface Vectors {
  readonly good: readonly GoodVector[]
  readonly bad: readonly BadVector[]
}

export interface GoodVector {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface BadVector {
  readonly name: string
  readonly refusal: string
  readonly bytes: Uint8Array
}

export function good(name: string, bytes: Uint8Array): GoodVector {
  return { name, bytes }
}

export function bad(name: string, refusal: string, bytes: Uint8Array): BadVector {
  return { name, refusal, bytes }
}

/** Where in nested maps and arrays. */
export type CborPath = readonly [number, ...number[]]

function edited(record: Uint8Array, path: CborPath, value?: CborValue): Uint8Array {
  return encodeCbor(editedValue(cborOf(record), path, value))
}

export type Edit = readonly [what: string, refusal: string, path: CborPath, value?: CborValue]

/** Each is the record with one value changed, or, without a value, taken out. */
export function badEdits(record: Uint8Array, edits: readonly Edit[]): readonly BadVector[] {
  return edits.map(([what, refusal, path, value]) => bad(what, refusal, edited(record, path, value)))
}

/** What every record that is a map refuses in the same way. */
export function badForms(record: Uint8Array): readonly BadVector[] {
  return [
    bad('no bytes', 'truncated', new Uint8Array(0)),
    bad('one byte missing at the end', 'truncated', record.subarray(0, -1)),
    bad('one byte more', 'trailing-bytes', concatBytes(record, Uint8Array.of(0))),
    bad('an array in place of the map', 'not-a-map', encodeCbor([])),
    bad('a key that nobody knows', 'unknown-key', edited(record, [99], 0)),
  ]
}

function cborOf(record: Uint8Array): CborValue {
  const decoded = decodeCbor(record)
  if (!decoded.ok) throw new RangeError('not CBOR: ' + decoded.error)
  return decoded.value
}

function editedValue(value: CborValue, [key, ...rest]: CborPath, leaf: CborValue | undefined): CborValue {
  const entries = new Map<number, CborValue>(value instanceof Map || Array.isArray(value) ? value.entries() : [])
  const [next, ...more] = rest
  const inner = next === undefined ? leaf : editedValue(entries.get(key) ?? 0, [next, ...more], leaf)
  if (inner === undefined) entries.delete(key)
  else entries.set(key, inner)
  return Array.isArray(value) ? [...entries.values()] : entries
}

/** A value as JSON, for people and other languages: bytes as `hex:…`, integers beyond the safe ones as `…n`, maps as objects. */
export function jsonFrom(value: unknown): unknown {
  if (value instanceof Uint8Array) return 'hex:' + hexFromBytes(value)
  if (typeof value === 'bigint') return `${String(value)}n`
  if (value instanceof Map) return jsonFrom(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(jsonFrom)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonFrom(inner)]))
}
