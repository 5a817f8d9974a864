import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const MEDIA = [
  'memory',
  'folder',
  'synced folder',
  'indexeddb',
  'rclone',
  'apache',
  's3',
  'github',
  'drive',
  'device',
] as const
export type Medium = (typeof MEDIA)[number]

/** In the suite of that medium; a test of its own, named in the second table; or the letter of the reason why it cannot occur there. */
export const IN_SUITE = '✓'
export const BY_NAME = 't'

export interface CaseRow {
  readonly number: number
  readonly what: string
  readonly markByMedium: ReadonlyMap<Medium, string>
}

export interface NamedTest {
  readonly numbers: readonly number[]
  readonly medium: string
}

/** What docs/media-cases.md says. */
export interface CaseTable {
  readonly cases: readonly CaseRow[]
  readonly named: readonly NamedTest[]
  /** The letters that stand for reasons. */
  readonly reasons: ReadonlySet<string>
}

const PAGE = join(import.meta.dirname, '../../../docs/media-cases.md')

export function readCaseTable(): CaseTable {
  const lines = readFileSync(PAGE, 'utf8').split('\n')
  const rows = lines.filter((line) => /^\| *\d/.test(line)).map((line) => line.split('|').map((cell) => cell.trim()))
  return {
    cases: rows
      .filter((cells) => cells.length === MEDIA.length + 4)
      .map(([, number, what = '', ...marks]) => ({
        number: Number(number),
        what,
        markByMedium: new Map(MEDIA.map((medium, at) => [medium, marks[at] ?? ''])),
      })),
    named: rows
      .filter((cells) => cells.length !== MEDIA.length + 4)
      .map(([, numbers = '', medium = '']) => ({ numbers: numbers.split(',').map(Number), medium })),
    reasons: new Set(lines.flatMap((line) => /^- \*\*([a-z])\*\* /.exec(line)?.[1] ?? [])),
  }
}

/** The numbers that the suite of a medium must contain, of those from `first` to `last`. */
export function casesInSuite(medium: Medium, first: number, last: number): readonly number[] {
  return readCaseTable()
    .cases.filter(
      ({ number, markByMedium }) => markByMedium.get(medium) === IN_SUITE && number >= first && number <= last,
    )
    .map(({ number }) => number)
}

/** By what a kind of medium on trial is called. */
export function mediumOf(name: string): Medium | undefined {
  return MEDIA.find((medium) => name === medium || name === `webdav on ${medium}`)
}

export function numbersOf(cases: readonly { readonly number?: number | undefined }[]): readonly number[] {
  return [...new Set(cases.flatMap(({ number }) => number ?? []))].sort((a, b) => a - b)
}
