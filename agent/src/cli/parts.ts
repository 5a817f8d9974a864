import { isDisplayText } from '@cloudos/protocol/display-text'
import type { FieldForm, Form, RecordForm } from '@cloudos/protocol/form'
import type { Json } from '@cloudos/protocol/json-record'
import type { Given, Part, Unit } from './verb.ts'

/**
 * What a command takes as a person gives it: fields that must be there by their place, in order, the others by flags. A name that ends in
 * a unit loses it, and takes amounts with one. `undefined` for an input with a field that no command line can hold.
 */
export function partsFromForm(form: RecordForm): readonly Part[] | undefined {
  const parts = form.fields.map(partFromField)
  return parts.every((part) => part !== undefined) ? withPlaces(parts) : undefined
}

/** The input that the parts give, under the fields' own names. */
export function inputFromGiven(form: RecordForm, given: Given): Readonly<Record<string, Json>> {
  const input: Record<string, Json> = {}
  for (const field of form.fields) {
    const value = given.get(partName(field.name, field.form))
    const missing = field.isOptional ? undefined : emptyOf(field.form)
    const filled = value ?? missing
    if (filled !== undefined) input[field.name] = filled
  }
  return input
}

/** A switch that was not given is off, and a list nobody added to is empty. */
function emptyOf(form: Form): Json | undefined {
  if (form.kind === 'flag') return false
  return form.kind === 'list' && form.min === 0 ? [] : undefined
}

function partFromField({ name, form, says, isOptional }: FieldForm): Part | undefined {
  if (!fitsOnLine(form)) return undefined
  const unit = unitOf(name, form)
  return {
    name: partName(name, form),
    says: namesDevice(form) ? `${says}, by name or id` : says,
    form: namesDevice(form) ? DEVICE : form,
    ...(unit && { unit }),
    isRequired: !isOptional && emptyOf(form) === undefined,
    isPlaced: !isOptional && emptyOf(form) === undefined,
  }
}

/** A person knows a device by its name; `device-names.ts` finds the id. */
const DEVICE: Form = { kind: 'text', maxBytes: 64, isFit: isDisplayText }

function namesDevice(form: Form): boolean {
  return form.kind === 'id' && form.name === 'DeviceId'
}

/** The fields of an input that name a device. */
export function deviceFieldsOf(form: RecordForm): readonly string[] {
  return form.fields.filter((field) => namesDevice(field.form)).map(({ name }) => name)
}

/** Only the last of the places may take several; a list before it becomes a flag. */
function withPlaces(parts: readonly Part[]): readonly Part[] {
  const lastPlaced = parts.findLast((part) => part.isPlaced)
  return parts.map((part) => (part.form.kind === 'list' && part !== lastPlaced ? { ...part, isPlaced: false } : part))
}

function fitsOnLine(form: Form): boolean {
  switch (form.kind) {
    case 'uint':
    case 'int':
    case 'flag':
    case 'hex':
    case 'id':
    case 'text':
    case 'one-of':
      return true
    case 'list':
      return form.item.kind !== 'list' && form.item.kind !== 'flag' && fitsOnLine(form.item)
    case 'bytes': // Nobody types them: such a command is a program's.
    case 'secret': // Every program of this machine can read a command line.
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return false
  }
}

const UNIT_BY_ENDING: readonly (readonly [ending: string, unit: Unit])[] = [
  ['Bytes', 'bytes'],
  ['MiB', 'mebibytes'],
  ['Ms', 'milliseconds'],
]

function unitOf(name: string, form: Form): Unit | undefined {
  if (form.kind !== 'uint' || name.endsWith('AtMs')) return undefined
  return UNIT_BY_ENDING.find(([ending]) => name.endsWith(ending) && name !== ending)?.[1]
}

function partName(name: string, form: Form): string {
  const unit = unitOf(name, form)
  const ending = UNIT_BY_ENDING.find(([, one]) => one === unit)?.[0] ?? ''
  return hyphened(name.slice(0, name.length - ending.length))
}

function hyphened(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())
}
