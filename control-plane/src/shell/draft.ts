import type { FieldForm, Form } from '@cloudos/protocol/form'

/** What stands in a form while it is filled in: text of a field, a tick, or the fields of something with parts. */
export type Draft = string | boolean | { readonly [name: string]: Draft }

/** How a field is asked for. */
export type Control = 'tick' | 'choice' | 'number' | 'line' | 'secret' | 'device' | 'file' | 'lines' | 'json' | 'parts'

export function controlOf(form: Form): Control {
  switch (form.kind) {
    case 'flag':
      return 'tick'
    case 'one-of':
      return 'choice'
    case 'uint':
    case 'int':
      return 'number'
    case 'text':
    case 'hex':
      return 'line'
    case 'secret':
      return 'secret'
    case 'id':
      return form.name === 'DeviceId' ? 'device' : 'line'
    case 'bytes':
      return 'file'
    case 'list':
      return controlOf(form.item) === 'line' || controlOf(form.item) === 'device' ? 'lines' : 'json'
    case 'record':
    case 'variant':
      return 'parts'
    case 'pair':
    case 'any':
      return 'json'
  }
}

/** The kinds to choose from and the fields of the chosen one; a record is of one nameless kind. */
export function partsOf(
  form: Form,
  draft: Draft | undefined,
): { kinds: readonly string[]; fields: readonly FieldForm[] } {
  if (form.kind === 'record') return { kinds: [], fields: form.fields }
  if (form.kind !== 'variant') return { kinds: [], fields: [] }
  const kinds = form.alternatives.map(({ kind }) => kind)
  const chosen = draftAt(draft, 'kind') ?? kinds[0]
  const body = form.alternatives.find(({ kind }) => kind === chosen)?.body
  return { kinds, fields: body?.kind === 'record' ? body.fields : [] }
}

export function draftAt(draft: Draft | undefined, name: string): Draft | undefined {
  return typeof draft === 'object' ? draft[name] : undefined
}

/** The JSON that `bytesFromJson` takes; `undefined` for what was left empty. What is wrong with it is said there. */
export function jsonFromDraft(form: Form, draft: Draft | undefined, isOptional = false): unknown {
  const control = controlOf(form)
  if (control === 'parts') return jsonFromParts(form, draft, isOptional)
  if (control === 'tick') return draft === true ? true : isOptional ? undefined : false
  if (control === 'choice' && !isOptional && draft === undefined && form.kind === 'one-of')
    return Object.keys(form.codes)[0]
  const text = typeof draft === 'string' ? draft : ''
  if (control === 'lines') {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return lines.length === 0 && isOptional ? undefined : lines
  }
  if (text === '') return control === 'file' && !isOptional && form.kind === 'bytes' && form.min === 0 ? '' : undefined
  if (control === 'number') return Number(text)
  return control === 'json' ? parseJson(text) : text
}

function jsonFromParts(form: Form, draft: Draft | undefined, isOptional: boolean): unknown {
  const { kinds, fields } = partsOf(form, draft)
  if (isOptional && !isTouched(draft)) return undefined
  const kind = kinds.length > 0 ? { kind: draftAt(draft, 'kind') ?? kinds[0] } : {}
  const filled = fields
    .map((field) => [field.name, jsonFromDraft(field.form, draftAt(draft, field.name), field.isOptional)] as const)
    .filter(([, value]) => value !== undefined)
  return { ...kind, ...Object.fromEntries(filled) }
}

function isTouched(draft: Draft | undefined): boolean {
  return typeof draft === 'object'
    ? Object.values(draft).some(isTouched)
    : draft !== undefined && draft !== '' && draft !== false
}

/** Text that is no JSON goes on as text, and is refused by name. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return text
  }
}
