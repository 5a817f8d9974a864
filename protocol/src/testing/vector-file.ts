import { join } from 'node:path'
import { hexFromBytes } from '../bytes.ts'
import { FORMATS } from './formats.ts'
import type { Format, FormatName } from './formats.ts'
import { VECTORS } from './vectors.ts'
import { jsonFrom } from './vector.ts'
import type { BadVector, GoodVector, Vectors } from './vector.ts'

export const VECTOR_FOLDER = join(import.meta.dirname, '../../vectors')

/** File name → content. */
export function vectorFiles(): ReadonlyMap<string, string> {
  const names = Object.keys(FORMATS) as FormatName[]
  return new Map(names.map((name) => [name + '.json', fileOf(name, FORMATS[name], VECTORS[name])]))
}

function fileOf(name: FormatName, format: Format, { good, bad }: Vectors): string {
  const file = { format: name, good: good.map((vector) => goodRow(format, vector)), bad: bad.map(badRow) }
  return JSON.stringify(file, undefined, 1) + '\n'
}

function goodRow(format: Format, { name, bytes }: GoodVector): object {
  const read = format.reencode(bytes)
  return { name, bytes: hexFromBytes(bytes), value: read.ok ? jsonFrom(read.value.value) : read.error }
}

/** Inputs that are refused for their length alone are named by it instead of being spelled out. */
function badRow({ name, refusal, bytes }: BadVector): object {
  const isBlank = bytes.length > 1000 && bytes.every((byte) => byte === 0)
  return { name, refusal, ...(isBlank ? { zeros: bytes.length } : { bytes: hexFromBytes(bytes) }) }
}
