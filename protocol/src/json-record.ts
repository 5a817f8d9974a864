import { base64url } from './base-text.ts'
import { findBytesFromHex, hexFromBytes, utf8 } from './bytes.ts'
import { decodeCbor, encodeCbor } from './cbor.ts'
import type { CborValue } from './cbor.ts'
import type { AnyRecord } from './command.ts'
import type { FieldForm, Form, RecordForm } from './form.ts'
import { sayForm } from './form-text.ts'
import { LIMITS } from './limits.ts'
import type { RecordCodec } from './record.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

/** Bytes stand as base64url, ids and other names as hex, flags as booleans, a variant as its record with `kind`, a secret as no more than that. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** `field` is the way to what offends (`limits.memory`, `args[2]`), empty for the whole; `message` is a sentence for who typed it. */
export interface JsonRefusal {
  readonly field: string
  readonly message: string
}

export function jsonFromRecord<T>(codec: RecordCodec<T, string>, value: T): Json {
  return jsonFrom(codec.form, codec.write(value))
}

export function recordFromJson<T>(codec: RecordCodec<T, string>, json: unknown): Result<T, JsonRefusal> {
  const made = cborFrom(codec.form, json, '')
  if (!made.ok) return made
  const parsed = codec.parse(made.value)
  return parsed.ok ? parsed : err(refusalFrom(parsed.error))
}

/** As they travel: for who holds commands without their types. */
export function bytesFromJson(codec: AnyRecord, json: unknown): Result<Uint8Array, JsonRefusal> {
  const made = cborFrom(codec.form, json, '')
  if (!made.ok) return made
  const parsed = codec.parse(made.value)
  return parsed.ok ? ok(encodeCbor(made.value)) : err(refusalFrom(parsed.error))
}

/** Refuses what `codec` would: another version's bytes are no JSON of this one. */
export function jsonFromBytes(codec: AnyRecord, bytes: Uint8Array): Result<Json, string> {
  const decoded = decodeCbor(bytes, { maxBytes: LIMITS.rpcMaxBytes, maxDepth: LIMITS.cborMaxDepth })
  if (!decoded.ok) return decoded
  const parsed = codec.parse(decoded.value)
  return parsed.ok ? ok(jsonFrom(codec.form, decoded.value)) : parsed
}

/** A rule between fields, or one that a form does not tell. */
function refusalFrom(refusal: string): JsonRefusal {
  const [, field = ''] = /^(?:bad|missing)-(.*)$/.exec(refusal) ?? []
  return field === ''
    ? { field, message: `That does not fit together: ${refusal}.` }
    : { field, message: `${field} is not what this command takes.` }
}

function jsonFrom(form: Form, value: CborValue): Json {
  switch (form.kind) {
    case 'record':
      return value instanceof Map ? fieldsFrom(form, value as ReadonlyMap<number, CborValue>) : null
    case 'variant': {
      const [tag, body] = listOf(value)
      const found = form.alternatives.find((alternative) => alternative.tag === tag)
      const inner = found && body !== undefined ? jsonFrom(found.body, body) : {}
      return { kind: found?.kind ?? '', ...(isNamed(inner) ? inner : {}) }
    }
    case 'list':
      return listOf(value).map((item) => jsonFrom(form.item, item))
    case 'pair': {
      const [first = 0, second = 0] = listOf(value)
      return [jsonFrom(form.first, first), jsonFrom(form.second, second)]
    }
    case 'hex':
    case 'id':
      return value instanceof Uint8Array ? hexFromBytes(value) : null
    case 'bytes':
      return value instanceof Uint8Array ? base64url.encode(value) : null
    case 'flag':
      return value === 1
    case 'one-of':
      return Object.entries(form.codes).find(([, code]) => code === value)?.[0] ?? null
    case 'uint':
    case 'int':
      return typeof value === 'number' ? value : null
    case 'text':
      return typeof value === 'string' ? value : null
    case 'secret':
      return HIDDEN
    case 'any':
      return null
  }
}

/** What is shown is never the way back: a secret goes in as JSON and does not come out. */
const HIDDEN = '(hidden)'

function fieldsFrom({ fields }: RecordForm, map: ReadonlyMap<number, CborValue>): Json {
  const json: Record<string, Json> = {}
  for (const { name, key, form } of fields) {
    const inner = map.get(key)
    if (inner !== undefined) json[name] = jsonFrom(form, inner)
  }
  return json
}

type Made = Result<CborValue, JsonRefusal>

function cborFrom(form: Form, json: unknown, field: string): Made {
  switch (form.kind) {
    case 'record':
      return recordFrom(form, json, field)
    case 'variant': {
      if (!isNamed(json)) return refuse(form, field)
      const { kind, ...rest } = json
      const found = form.alternatives.find((alternative) => alternative.kind === kind)
      if (found === undefined) return refuse(form, within(field, 'kind'))
      const body = cborFrom(found.body, rest, field)
      return body.ok ? ok([found.tag, body.value]) : body
    }
    case 'list':
      if (!Array.isArray(json) || json.length < form.min || json.length > form.max) return refuse(form, field)
      return all(json.map((item: unknown, i) => cborFrom(form.item, item, `${field}[${String(i)}]`)))
    case 'pair':
      if (!Array.isArray(json) || json.length !== 2) return refuse(form, field)
      return all([cborFrom(form.first, json[0], `${field}[0]`), cborFrom(form.second, json[1], `${field}[1]`)])
    case 'uint':
    case 'int':
    case 'flag':
    case 'text':
    case 'secret':
    case 'bytes':
    case 'hex':
    case 'id':
    case 'one-of':
    case 'any': {
      const value = findScalar(form, json)
      return value === undefined ? refuse(form, field) : ok(value)
    }
  }
}

type ScalarForm = Exclude<Form, { readonly kind: 'record' | 'variant' | 'list' | 'pair' }>

function findScalar(form: ScalarForm, json: unknown): CborValue | undefined {
  if (form.kind === 'flag') return json === true ? 1 : json === false ? 0 : undefined
  if (form.kind === 'uint' || form.kind === 'int') {
    const [min, max] = form.kind === 'uint' ? [form.min, form.max] : [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    return typeof json === 'number' && Number.isSafeInteger(json) && json >= min && json <= max ? json : undefined
  }
  if (typeof json !== 'string') return undefined
  switch (form.kind) {
    case 'text':
      return json.isWellFormed() && utf8(json).length <= form.maxBytes && form.isFit(json) ? json : undefined
    case 'secret':
      return json.isWellFormed() && json !== '' && utf8(json).length <= form.maxBytes ? json : undefined
    case 'bytes': {
      const bytes = base64url.find(json)
      return bytes !== undefined && bytes.length >= form.min && bytes.length <= form.max ? bytes : undefined
    }
    case 'hex':
    case 'id': {
      const bytes = findBytesFromHex(json)
      return bytes?.length === form.length ? bytes : undefined
    }
    case 'one-of':
      return Object.hasOwn(form.codes, json) ? form.codes[json] : undefined
    case 'any':
      return undefined
  }
}

function recordFrom({ version, fields }: RecordForm, json: unknown, field: string): Made {
  if (!isNamed(json)) return err({ field, message: `${field === '' ? 'The input' : field} must be an object.` })
  const known = new Set(fields.map(({ name }) => name))
  const stranger = Object.keys(json).find((name) => !known.has(name))
  if (stranger !== undefined) return err({ field: within(field, stranger), message: sayUnknown(stranger, fields) })
  const map = new Map<number, CborValue>(version === undefined ? [] : [[1, version]])
  for (const { name, key, form, isOptional, says } of fields) {
    const at = within(field, name)
    const inner = Object.hasOwn(json, name) ? json[name] : undefined
    if (inner === undefined && isOptional) continue
    if (inner === undefined) return err({ field: at, message: `${at} is missing${says === '' ? '' : ` (${says})`}.` })
    const made = cborFrom(form, inner, at)
    if (!made.ok) return made
    map.set(key, made.value)
  }
  return ok(map)
}

function sayUnknown(name: string, fields: readonly FieldForm[]): string {
  const names = fields.map((field) => field.name).join(', ')
  return `There is no ${name.slice(0, 40)} here${names === '' ? '; nothing is taken' : `: it can be ${names}`}.`
}

function all(parts: readonly Made[]): Made {
  const values: CborValue[] = []
  for (const part of parts) {
    if (!part.ok) return part
    values.push(part.value)
  }
  return ok(values)
}

function refuse(form: Form, field: string): Made {
  return err({ field, message: `${field === '' ? 'The input' : field} must be ${sayForm(form)}.` })
}

function within(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`
}

function listOf(value: CborValue): readonly CborValue[] {
  return Array.isArray(value) ? (value as readonly CborValue[]) : []
}

function isNamed(json: unknown): json is Readonly<Record<string, Json>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
