import { existsSync, readFileSync } from 'node:fs'
import { bytesOf } from './vectors.ts'

const FOLDER = new URL('../../../../shared/corpus/wycheproof/', import.meta.url)

/** For `test`'s options: the vectors lie beside the project and are not copied into it. */
export const WITH_WYCHEPROOF = existsSync(FOLDER) ? {} : { skip: 'no vectors beside the project' }

/** One case, with the fields of its group (keys, sizes) under its own. */
export interface WycheproofCase {
  readonly id: string
  readonly result: string
  readonly flags: readonly string[]
  readonly bytes: (field: string) => Uint8Array
  readonly number: (field: string) => number
}

type Fields = Readonly<Record<string, unknown>>

export function wycheproofCases(file: string): WycheproofCase[] {
  const whole: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))
  const cases = listIn(whole, 'testGroups').flatMap((group) =>
    listIn(group, 'tests').map((test) => caseFrom({ ...groupFields(group), ...fieldsOf(test) })),
  )
  if (cases.length !== fieldsOf(whole)['numberOfTests']) throw new RangeError(`${file} is not whole`)
  return cases
}

function caseFrom(fields: Fields): WycheproofCase {
  const { tcId, comment, result, flags } = fields
  return {
    id: `${String(tcId)} ${String(comment)}`,
    result: String(result),
    flags: Array.isArray(flags) ? flags.map(String) : [],
    bytes: (field) => bytesOf(String(fields[field])),
    number: (field) => Number(fields[field]),
  }
}

/** Ed25519 keeps its key one level further down. */
function groupFields(group: unknown): Fields {
  const { publicKey, ...fields } = fieldsOf(group)
  return publicKey === undefined ? fields : { ...fields, ...fieldsOf(publicKey) }
}

function listIn(value: unknown, field: string): readonly unknown[] {
  const list = fieldsOf(value)[field]
  if (!Array.isArray(list)) throw new TypeError(`${field} is not a list`)
  return list
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError('not an object')
  return { ...value }
}
