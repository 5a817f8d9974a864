import { formatAmount } from './amounts.ts'
import type { Json } from '@cloudos/protocol/json-record'

/** Any answer as lines for a person: fields under their names, lists of records as tables. Names carry the units. */
export function linesFrom(result: Json): readonly string[] {
  if (isTable(result)) return tableLines(result)
  if (Array.isArray(result)) return (result as readonly Json[]).map((item) => cellOf('', item))
  if (!isFields(result)) return result === null ? [] : [cellOf('', result)]
  // What is one text is meant to be read, or piped on, as it is.
  if (typeof result['text'] === 'string' && Object.keys(result).length === 1) return [result['text'].replace(/\n$/, '')]
  const entries = Object.entries(result)
  const flat = entries.filter(([, value]) => !isTable(value) && !isFields(value))
  const width = Math.max(0, ...flat.map(([name]) => titleOf(name).length))
  const only = entries.length === 1 ? entries[0]?.[1] : undefined
  if (only !== undefined && isTable(only)) return tableLines(only)
  return [
    ...flat.map(([name, value]) => `${titleOf(name).padEnd(width)}  ${cellOf(name, value)}`.trimEnd()),
    ...entries.flatMap(([name, value]) =>
      isTable(value) || isFields(value) ? ['', titleOf(name), ...linesFrom(value).map((line) => `  ${line}`)] : [],
    ),
  ]
}

type Fields = Readonly<Record<string, Json>>

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTable(value: Json): value is readonly Fields[] {
  return Array.isArray(value) && value.length > 0 && (value as readonly Json[]).every(isFields)
}

function tableLines(rows: readonly Fields[]): readonly string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = [names.map(titleOf), ...rows.map((row) => names.map((name) => cellOf(name, row[name] ?? '')))]
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** `uptimeMs` is shown as "uptime", with its value in a fitting unit. */
function titleOf(name: string): string {
  return name
    .replace(/(AtMs|Ms|BytesPerS|Bytes|MiB|Permille)$/, '')
    .replaceAll(/[A-Z]/g, (letter) => ' ' + letter.toLowerCase())
    .trim()
}

/** Nobody reads a hash whole; `--json` has it. */
const HASH = /^[0-9a-f]{64}$/

function cellOf(name: string, value: Json): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return formatAmount(name, value)
  if (typeof value === 'string') return HASH.test(value) ? value.slice(0, 16) + '…' : value
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    return items.length === 0 ? 'none' : items.map((item) => cellOf(name, item)).join(', ')
  }
  return Object.entries(value)
    .map(([inner, one]) => `${titleOf(inner)} ${cellOf(inner, one)}`)
    .join(' ')
}
