import type { Form } from '@cloudos/protocol/form'
import type { Json } from '@cloudos/protocol/json-record'
import type { Errand } from './errand.ts'

/** Something a person gives to a verb: by its place on the line, or by a flag of this name. */
export interface Part {
  /** Lower case with hyphens: `wall` is the flag `--wall`. */
  readonly name: string
  readonly says: string
  readonly form: Form
  /** Numbers may be given with a unit, and come out in this one. */
  readonly unit?: Unit
  readonly isRequired: boolean
  readonly isPlaced: boolean
  /** `f` is the flag `-f`. */
  readonly letter?: string
}

export type Unit = 'bytes' | 'mebibytes' | 'milliseconds'

/** What was given, by the part's name; a part that was not given is absent. */
export type Given = ReadonlyMap<string, Json>

export interface Outcome {
  readonly result: Json
  /** For a person; stdout gets these, or the result as JSON. */
  readonly lines: readonly string[]
  /** 0 where absent: it was done. */
  readonly exitCode?: number
}

export type Run = (given: Given, errand: Errand) => Promise<Outcome>

/** One thing the `cloudos` command can do. Help, completion, the reference page and the parser are made from it. */
export interface Verb {
  readonly words: readonly string[]
  readonly says: string
  readonly examples: readonly string[]
  readonly parts: readonly Part[]
  /** What it does is loaded when it is asked for: most starts need one of them. */
  readonly load: () => Promise<Run>
}

/** What was given for a part that takes text; empty when it was not given. */
export function givenText(given: Given, name: string): string {
  const value = given.get(name)
  return typeof value === 'string' ? value : ''
}
