import type { Json } from '@cloudos/protocol/json-record'

/** A field of an answer; the empty text where it is absent or of another kind. */
export function textOf(json: Json, name: string): string {
  const value = fieldOf(json, name)
  return typeof value === 'string' ? value : ''
}

export function listOf(json: Json, name: string): readonly Json[] {
  const value = fieldOf(json, name)
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

export function fieldOf(json: Json, name: string): Json | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const fields: { readonly [name: string]: Json } = json as { readonly [name: string]: Json }
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

/** The texts of a list. */
export function textsOf(json: Json, name: string): readonly string[] {
  return listOf(json, name).filter((item) => typeof item === 'string')
}
