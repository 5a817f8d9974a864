import { base64url } from '@cloudos/protocol/base-text'
import { findBytesFromHex, utf8 } from '@cloudos/protocol/bytes'
import type { Form } from '@cloudos/protocol/form'
import type { Json } from '@cloudos/protocol/json-record'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { Part, Unit } from './verb.ts'

/** What one piece of a command line means, as the JSON of a value of `form`; the refusal says what is taken: "a whole number from 1 to 9". */
export function readValue(text: string, form: Form, unit?: Unit): Result<Json, string> {
  const value = findValue(text, form, unit)
  return value === undefined ? err(sayTaken(form, unit)) : ok(value)
}

function findValue(text: string, form: Form, unit: Unit | undefined): Json | undefined {
  switch (form.kind) {
    case 'uint': {
      const amount = unit === undefined ? findWhole(text) : findAmount(text, unit)
      return amount !== undefined && amount >= form.min && amount <= form.max ? amount : undefined
    }
    case 'int':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
    case 'flag':
      return SWITCH.get(text)
    case 'bytes': {
      const length = base64url.find(text)?.length ?? -1
      return length >= form.min && length <= form.max ? text : undefined
    }
    case 'hex':
    case 'id':
      return text.length === 2 * form.length && findBytesFromHex(text) !== undefined ? text : undefined
    case 'text':
      return text.isWellFormed() && utf8(text).length <= form.maxBytes && form.isFit(text) ? text : undefined
    case 'one-of':
      return Object.hasOwn(form.codes, text) ? text : undefined
    case 'list':
      return findValue(text, form.item, unit)
    case 'secret':
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return undefined
  }
}

/** What a person may write there, as the end of "takes …". */
export function sayTaken(form: Form, unit?: Unit): string {
  switch (form.kind) {
    case 'uint':
      if (unit !== undefined) return sayAmount(unit)
      return form.max === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${String(form.min)}`
        : `a whole number from ${String(form.min)} to ${String(form.max)}`
    case 'int':
      return 'a whole number'
    case 'flag':
      return 'on or off'
    case 'bytes':
      return `base64url of ${String(form.min)} to ${String(form.max)} bytes`
    case 'hex':
    case 'id':
      return `${String(2 * form.length)} hex digits`
    case 'text':
      return `text of at most ${String(form.maxBytes)} bytes, without characters that cannot be seen`
    case 'one-of':
      return sayOneOf(Object.keys(form.codes))
    case 'list':
      return sayTaken(form.item, unit)
    case 'secret':
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return 'nothing that fits on a command line'
  }
}

/** The placeholder in a usage line. */
export function sayPlaceholder({ form, name, unit }: Pick<Part, 'form' | 'name' | 'unit'>): string {
  if (form.kind === 'list') return sayPlaceholder({ form: form.item, name, ...(unit && { unit }) })
  if (form.kind === 'one-of') return Object.keys(form.codes).join('|')
  if (unit !== undefined) return unit === 'milliseconds' ? 'TIME' : 'SIZE'
  if (form.kind === 'uint' || form.kind === 'int') return 'NUMBER'
  return name.toUpperCase().replaceAll('-', '_')
}

function sayOneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['off', false],
])

function findWhole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const FACTORS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  bytes: { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, kB: 1e3, MB: 1e6, GB: 1e9 },
  mebibytes: { '': 1, MiB: 1, GiB: 1024 },
  milliseconds: { '': 1, ms: 1, s: 1e3, m: 60e3, min: 60e3, h: 3_600e3, d: 86_400e3 },
}

function sayAmount(unit: Unit): string {
  return unit === 'milliseconds' ? 'a time such as 500ms, 10s or 5m' : 'a size such as 64MiB'
}

function findAmount(text: string, unit: Unit): number | undefined {
  const [, digits = '', suffix = ''] = /^(\d{1,12}(?:\.\d{1,3})?)([A-Za-z]*)$/.exec(text) ?? []
  const factors = FACTORS[unit]
  if (digits === '' || !Object.hasOwn(factors, suffix)) return undefined
  const amount = Number(digits) * (factors[suffix] ?? Number.NaN)
  return Number.isSafeInteger(amount) ? amount : undefined
}
