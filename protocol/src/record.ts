import { decodeCbor, encodeCbor } from './cbor.ts'
import type { CborRefusal, CborValue } from './cbor.ts'
import type { Codec } from './codecs.ts'
import type { FieldForm, Form, RecordForm } from './form.ts'
import { LIMITS } from './limits.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

/** What the fields of a record may refuse, by name. A key nobody knows is refused: what is signed is understood whole. */
export type FieldRefusal<T> = 'not-a-map' | 'unknown-key' | `missing-${keyof T & string}` | `bad-${keyof T & string}`
export type RecordRefusal<T> = CborRefusal | FieldRefusal<T>
export type VersionRefusal = 'bad-version' | 'newer-version'

/** A record is an int-keyed map; as a `Codec` it can be a field of another, whose refusal then names that field. */
export interface RecordCodec<T, Refusal extends string> extends Codec<T> {
  readonly parse: (value: CborValue) => Result<T, Refusal>
}

interface Field<T> {
  readonly key: number
  readonly codec: Codec<T>
  readonly says: string
  readonly isOptional: false
}

interface OptionalField<T> {
  readonly key: number
  readonly codec: Codec<T>
  readonly says: string
  readonly isOptional: true
}

/** One line per field of `T`, in ascending order of the keys. */
export type Fields<T> = {
  readonly [Name in keyof T]-?: object extends Pick<T, Name> ? OptionalField<Required<T>[Name]> : Field<T[Name]>
}

/** `says` is what the field means, for a person: command lines and schemas show it. */
export function at<T>(key: number, codec: Codec<T>, says = ''): Field<T> {
  return { key, codec, says, isOptional: false }
}

export function maybeAt<T>(key: number, codec: Codec<T>, says = ''): OptionalField<T> {
  return { key, codec, says, isOptional: true }
}

export function record<T extends object>(fields: Fields<T>): RecordCodec<T, FieldRefusal<T>> {
  const named = namedFields(fields)
  return fromDirections(
    formOf(named),
    (value) => writeFields(named, value),
    (value) => (value instanceof Map ? readFields(named, value as CborMap, 0) : err('not-a-map')),
  )
}

/** As `record`, with the version at key 1. A newer one is told apart from rubbish: the remedy is to update, not to distrust. */
export function versionedRecord<T extends object>(
  version: number,
  fields: Fields<T>,
): RecordCodec<T, FieldRefusal<T> | VersionRefusal> {
  const named = namedFields(fields)
  return fromDirections<T, FieldRefusal<T> | VersionRefusal>(
    { ...formOf(named), version },
    (value) => writeFields(named, value).set(1, version),
    (value) => {
      if (!(value instanceof Map)) return err('not-a-map')
      const found: unknown = value.get(1)
      if (typeof found === 'number' && found > version) return err('newer-version')
      return found === version ? readFields(named, value as CborMap, 1) : err('bad-version')
    },
  )
}

type Variants<Union extends { readonly kind: string }, Refusal extends string> = {
  readonly [Kind in Union['kind']]: VariantOf<Omit<Extract<Union, { readonly kind: Kind }>, 'kind'>, Refusal>
}

type VariantOf<Body, Refusal extends string> = readonly [tag: number, body: RecordCodec<Body, Refusal>]

/** A union by `kind`: on the wire the pair [tag, body]. */
export function variant<Union extends { readonly kind: string }, Refusal extends string>(
  variants: Variants<Union, Refusal>,
): RecordCodec<Union, Refusal | 'unknown-kind'> {
  const alternatives = Object.entries(variants) as [string, VariantOf<object, Refusal>][]
  const form: Form = {
    kind: 'variant',
    alternatives: alternatives.map(([kind, [tag, body]]) => ({ kind, tag, body: body.form })),
  }
  return fromDirections<Union, Refusal | 'unknown-kind'>(
    form,
    (value) => {
      const [tag, body] = variants[value.kind as Union['kind']] as VariantOf<object, Refusal>
      return [tag, body.write(value)]
    },
    (value) => {
      const [tag, inner, more] = Array.isArray(value) ? (value as readonly CborValue[]) : []
      const found = alternatives.find(([, [known]]) => known === tag)
      if (found === undefined || inner === undefined || more !== undefined) return err('unknown-kind')
      const [kind, [, body]] = found
      const parsed = body.parse(inner)
      return parsed.ok ? ok({ kind, ...parsed.value } as unknown as Union) : parsed
    },
  )
}

/** Adds a rule between fields; `check` answers with the refusal. */
export function checked<T, Refusal extends string, More extends string>(
  codec: RecordCodec<T, Refusal>,
  check: (value: T) => More | undefined,
): RecordCodec<T, Refusal | More> {
  return fromDirections<T, Refusal | More>(codec.form, codec.write, (value) => {
    const parsed = codec.parse(value)
    const refusal = parsed.ok ? check(parsed.value) : undefined
    return refusal === undefined ? parsed : err(refusal)
  })
}

/** Throws on a record that `parseRecord` would refuse: nothing of ours is signed or sent that others cannot accept. */
export function encodeRecord<T>(codec: RecordCodec<T, string>, value: T): Uint8Array {
  const cbor = codec.write(value)
  const parsed = codec.parse(cbor)
  if (!parsed.ok) throw new RangeError('not encodable: ' + parsed.error)
  return encodeCbor(cbor)
}

export function parseRecord<T, Refusal extends string>(
  codec: RecordCodec<T, Refusal>,
  bytes: Uint8Array,
  maxBytes: number,
): Result<T, Refusal | CborRefusal> {
  const decoded = decodeCbor(bytes, { maxBytes, maxDepth: LIMITS.cborMaxDepth })
  return decoded.ok ? codec.parse(decoded.value) : decoded
}

type CborMap = ReadonlyMap<number, CborValue>

function fromDirections<T, Refusal extends string>(
  form: Form,
  write: (value: T) => CborValue,
  parse: (value: CborValue) => Result<T, Refusal>,
): RecordCodec<T, Refusal> {
  const read = (value: CborValue) => {
    const parsed = parse(value)
    return parsed.ok ? parsed.value : undefined
  }
  return { form, write, read, parse }
}

type AnyField<T> = Field<T[keyof T & string]> | OptionalField<T[keyof T & string]>

type NamedFields<T> = readonly (readonly [keyof T & string, AnyField<T>])[]

function namedFields<T extends object>(fields: Fields<T>): NamedFields<T> {
  return Object.entries(fields) as [keyof T & string, AnyField<T>][]
}

function formOf<T extends object>(named: NamedFields<T>): RecordForm {
  const forms = named.map(([name, { key, codec, says, isOptional }]): FieldForm => ({
    name,
    key,
    isOptional,
    says,
    form: codec.form,
  }))
  return { kind: 'record', fields: forms }
}

function writeFields<T extends object>(named: NamedFields<T>, value: T): Map<number, CborValue> {
  const map = new Map<number, CborValue>()
  for (const [name, { key, codec }] of named) {
    const inner = value[name]
    if (inner !== undefined) map.set(key, codec.write(inner))
  }
  return map
}

/** `known` keys of the map are already accounted for. */
function readFields<T extends object>(named: NamedFields<T>, map: CborMap, known: number): Result<T, FieldRefusal<T>> {
  const value: Partial<T> = {}
  let seen = known
  for (const [name, { key, codec, isOptional }] of named) {
    const inner = map.get(key)
    if (inner === undefined && isOptional) continue
    if (inner === undefined) return err(`missing-${name}`)
    const read = codec.read(inner)
    if (read === undefined) return err(`bad-${name}`)
    value[name] = read
    seen++
  }
  return seen === map.size ? ok(value as T) : err('unknown-key')
}
