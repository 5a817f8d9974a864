import type { FieldForm, Form } from './form.ts'

/** What fits a form, as the end of "it must be …". */
export function sayForm(form: Form): string {
  switch (form.kind) {
    case 'uint':
      return form.max === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${String(form.min)}`
        : `a whole number from ${String(form.min)} to ${String(form.max)}`
    case 'int':
      return 'a whole number'
    case 'flag':
      return 'true or false'
    case 'bytes':
      return `base64url of ${saySpan(form.min, form.max)} bytes`
    case 'hex':
    case 'id':
      return `${String(2 * form.length)} lower-case hex digits`
    case 'text':
      return `text of at most ${String(form.maxBytes)} bytes in the form this command takes`
    case 'secret':
      return `text of 1 to ${String(form.maxBytes)} bytes`
    case 'one-of':
      return `one of ${Object.keys(form.codes).join(', ')}`
    case 'list':
      return `a list of ${saySpan(form.min, form.max)}, each ${sayForm(form.item)}`
    case 'pair':
      return `a pair of ${sayForm(form.first)} and ${sayForm(form.second)}`
    case 'record':
      return `an object with ${form.fields.map(({ name }) => name).join(', ') || 'nothing in it'}`
    case 'variant':
      return `an object whose kind is one of ${form.alternatives.map(({ kind }) => kind).join(', ')}`
    case 'any':
      return 'something that has no text form'
  }
}

function saySpan(min: number, max: number): string {
  return min === max ? String(min) : `${String(min)} to ${String(max)}`
}

export type JsonSchema = Readonly<Record<string, unknown>>

/** JSON Schema (2020-12) of the JSON that `json-record.ts` takes for a form. Rules it cannot tell are still checked. */
export function jsonSchemaFrom(form: Form): JsonSchema {
  switch (form.kind) {
    case 'uint':
      return { type: 'integer', minimum: form.min, maximum: form.max }
    case 'int':
      return { type: 'integer' }
    case 'flag':
      return { type: 'boolean' }
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64url', pattern: '^[A-Za-z0-9_-]*$' }
    case 'hex':
    case 'id':
      return { type: 'string', pattern: `^[0-9a-f]{${String(2 * form.length)}}$` }
    case 'text':
      return { type: 'string', maxLength: form.maxBytes }
    case 'secret':
      return { type: 'string', maxLength: form.maxBytes, writeOnly: true }
    case 'one-of':
      return { type: 'string', enum: Object.keys(form.codes) }
    case 'list':
      return { type: 'array', items: jsonSchemaFrom(form.item), minItems: form.min, maxItems: form.max }
    case 'pair':
      return {
        type: 'array',
        prefixItems: [jsonSchemaFrom(form.first), jsonSchemaFrom(form.second)],
        minItems: 2,
        maxItems: 2,
      }
    case 'record':
      return schemaOfFields(form.fields)
    case 'variant':
      return { oneOf: form.alternatives.map(({ kind, body }) => withKind(kind, jsonSchemaFrom(body))) }
    case 'any':
      return { not: {} }
  }
}

function schemaOfFields(fields: readonly FieldForm[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, says, form }) => [
        name,
        { ...(says === '' ? {} : { description: says }), ...jsonSchemaFrom(form) },
      ]),
    ),
    required: fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
    additionalProperties: false,
  }
}

function withKind(kind: string, body: JsonSchema): JsonSchema {
  const { properties, required } = body
  return {
    ...body,
    properties: { kind: { const: kind }, ...(typeof properties === 'object' ? properties : {}) },
    required: ['kind', ...(Array.isArray(required) ? (required as readonly unknown[]) : [])],
  }
}
