import { findBytesFromHex, hexFromBytes, utf8 } from './bytes.ts'
import type { CborValue } from './cbor.ts'
import type { Form } from './form.ts'
import { bytesFromId, idFromBytes, idSizeBytes } from './ids.ts'
import type { IdByName, IdName } from './ids.ts'

/** One kind of field in both directions. `write` trusts its argument; `read` answers `undefined` to whatever is not this kind. */
export interface Codec<T> {
  readonly form: Form
  readonly write: (value: T) => CborValue
  readonly read: (value: CborValue) => T | undefined
}

export function uint(max: number = Number.MAX_SAFE_INTEGER, min = 0): Codec<number> {
  return {
    form: { kind: 'uint', min, max },
    write: (value) => value,
    read: (value) => (typeof value === 'number' && value >= min && value <= max ? value : undefined),
  }
}

export const int: Codec<number> = {
  form: { kind: 'int' },
  write: (value) => value,
  read: (value) => (typeof value === 'number' ? value : undefined),
}

export const flag: Codec<boolean> = {
  form: { kind: 'flag' },
  write: (value) => (value ? 1 : 0),
  read: (value) => (value === 1 ? true : value === 0 ? false : undefined),
}

export function bytesUpTo(max: number, min = 0): Codec<Uint8Array> {
  return {
    form: { kind: 'bytes', min, max },
    write: (value) => value,
    read: (value) => (value instanceof Uint8Array && value.length >= min && value.length <= max ? value : undefined),
  }
}

export function bytesOf(length: number): Codec<Uint8Array> {
  return bytesUpTo(length, length)
}

/** Fixed-length bytes that serve as a name: the lower-case hex of them in memory. */
export function hexOf(length: number): Codec<string> {
  return {
    form: { kind: 'hex', length },
    write: (value) => findBytesFromHex(value) ?? value,
    read: (value) => (value instanceof Uint8Array && value.length === length ? hexFromBytes(value) : undefined),
  }
}

export function id<Name extends IdName>(name: Name): Codec<IdByName[Name]> {
  const length = idSizeBytes(name)
  return {
    form: { kind: 'id', name, length },
    write: bytesFromId,
    read: (value) => (value instanceof Uint8Array && value.length === length ? idFromBytes(name, value) : undefined),
  }
}

/** `maxBytes` counts UTF-8, as it travels. */
export function text(maxBytes: number, isFit: (value: string) => boolean = () => true): Codec<string> {
  return {
    form: { kind: 'text', maxBytes, isFit },
    write: (value) => value,
    read: (value) => (typeof value === 'string' && fitsUtf8(value, maxBytes) && isFit(value) ? value : undefined),
  }
}

/** Text that must not be shown, logged, hashed into a record or typed on a command line: its form says so to whoever derives from it. */
export function secretText(maxBytes: number): Codec<string> {
  const plain = text(maxBytes, (value) => value.length > 0)
  return { ...plain, form: { kind: 'secret', maxBytes } }
}

/** A UTF-16 unit takes three bytes at most, so most texts need no counting. */
function fitsUtf8(value: string, maxBytes: number): boolean {
  return value.length * 3 <= maxBytes || (value.length <= maxBytes && utf8(value).length <= maxBytes)
}

/** A literal, written as the number beside it. */
export function oneOf<Literal extends string>(codes: Readonly<Record<Literal, number>>): Codec<Literal> {
  const literals = new Map<CborValue, Literal>()
  for (const literal in codes) literals.set(codes[literal], literal)
  return {
    form: { kind: 'one-of', codes },
    write: (value) => codes[value],
    read: (value) => literals.get(value),
  }
}

export interface Count {
  readonly min?: number
  readonly max: number
}

export function list<T>(item: Codec<T>, { min = 0, max }: Count): Codec<readonly T[]> {
  return {
    form: { kind: 'list', item: item.form, min, max },
    write: (values) => values.map(item.write),
    read: (value) => {
      if (!Array.isArray(value) || value.length < min || value.length > max) return undefined
      return readAll(item, value as readonly CborValue[])
    },
  }
}

function readAll<T>(item: Codec<T>, values: readonly CborValue[]): T[] | undefined {
  const items: T[] = []
  for (const value of values) {
    const read = item.read(value)
    if (read === undefined) return undefined
    items.push(read)
  }
  return items
}

/** A list in which nothing stands twice and the order means nothing: strictly ascending on the wire, so a set has one spelling. */
export function setOf<T extends string>(item: Codec<T>, count: Count): Codec<readonly T[]> {
  return converted(
    list(item, count),
    (items) => (isAscending(items) ? items : undefined),
    (items) => [...items].sort(compareText),
  )
}

/** Pairs in strictly ascending order of their keys, which are names of one length or short words. */
export function mapOf<K extends string, V>(key: Codec<K>, value: Codec<V>, count: Count): Codec<ReadonlyMap<K, V>> {
  return converted(
    list(pair(key, value), count),
    (entries): ReadonlyMap<K, V> | undefined =>
      isAscending(entries.map(([name]) => name)) ? new Map(entries) : undefined,
    (map) => [...map].sort(([a], [b]) => compareText(a, b)),
  )
}

function isAscending(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || compareText(names[i - 1] ?? '', name) < 0)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function pair<A, B>(first: Codec<A>, second: Codec<B>): Codec<readonly [A, B]> {
  return {
    form: { kind: 'pair', first: first.form, second: second.form },
    write: ([a, b]) => [first.write(a), second.write(b)],
    read: (value) => {
      const two = findTwo(value)
      const a = two && first.read(two[0])
      const b = two && second.read(two[1])
      return a === undefined || b === undefined ? undefined : [a, b]
    },
  }
}

function findTwo(value: CborValue): readonly [CborValue, CborValue] | undefined {
  return Array.isArray(value) && value.length === 2 ? (value as unknown as readonly [CborValue, CborValue]) : undefined
}

/** `from` may refuse with `undefined`. */
export function converted<Wire, T>(
  wire: Codec<Wire>,
  from: (value: Wire) => T | undefined,
  to: (value: T) => Wire,
): Codec<T> {
  return {
    form: wire.form,
    write: (value) => wire.write(to(value)),
    read: (value) => {
      const read = wire.read(value)
      return read === undefined ? undefined : from(read)
    },
  }
}
