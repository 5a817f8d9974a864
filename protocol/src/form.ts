import type { IdName } from './ids.ts'

/**
 * What a codec takes, as data: flags, help, completion, JSON and JSON Schemas are derived from it and from nothing else. It says how a
 * value looks on the wire; a codec may refuse more than its form tells.
 */
export type Form =
  | { readonly kind: 'uint'; readonly min: number; readonly max: number }
  | { readonly kind: 'int' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'bytes'; readonly min: number; readonly max: number }
  | { readonly kind: 'hex'; readonly length: number }
  | { readonly kind: 'id'; readonly name: IdName; readonly length: number }
  | { readonly kind: 'text'; readonly maxBytes: number; readonly isFit: (value: string) => boolean }
  /** Text that nobody shows. */
  | { readonly kind: 'secret'; readonly maxBytes: number }
  | { readonly kind: 'one-of'; readonly codes: Readonly<Record<string, number>> }
  | { readonly kind: 'list'; readonly item: Form; readonly min: number; readonly max: number }
  | { readonly kind: 'pair'; readonly first: Form; readonly second: Form }
  | RecordForm
  | { readonly kind: 'variant'; readonly alternatives: readonly AlternativeForm[] }
  /** Any CBOR: it has no JSON and no flag. */
  | { readonly kind: 'any' }

export interface RecordForm {
  readonly kind: 'record'
  /** Stands at key 1 when there is one. */
  readonly version?: number
  readonly fields: readonly FieldForm[]
}

export interface FieldForm {
  readonly name: string
  readonly key: number
  readonly isOptional: boolean
  /** What the field means, for a person; empty where the name says it all. */
  readonly says: string
  readonly form: Form
}

export interface AlternativeForm {
  readonly kind: string
  readonly tag: number
  readonly body: Form
}

/** Whether something in it is for nobody's eyes: then nothing is made of its bytes that outlives the request, not even their hash. */
export function holdsSecret(form: Form): boolean {
  switch (form.kind) {
    case 'secret':
      return true
    case 'record':
      return form.fields.some((field) => holdsSecret(field.form))
    case 'variant':
      return form.alternatives.some(({ body }) => holdsSecret(body))
    case 'list':
      return holdsSecret(form.item)
    case 'pair':
      return holdsSecret(form.first) || holdsSecret(form.second)
    case 'uint':
    case 'int':
    case 'flag':
    case 'bytes':
    case 'hex':
    case 'id':
    case 'text':
    case 'one-of':
    case 'any':
      return false
  }
}
