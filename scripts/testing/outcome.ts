/** What one test or one check came to. */
export type Outcome =
  | { readonly kind: 'passed'; readonly name: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string }
  | { readonly kind: 'failed'; readonly name: string; readonly output: string }

/** A stage's tests come from files, its checks are one outcome each. */
export interface Part {
  readonly file: string
  readonly outcomes: readonly Outcome[]
  /** What the file's process printed, shown when something in it failed. */
  readonly output: string
  /** How long a file of tests took. */
  readonly tookMs?: number
  /** What failed the first time, of a file that was tried a second time and passed. */
  readonly firstTry?: readonly Outcome[]
}

export function hasFailed({ outcomes }: Part): boolean {
  return outcomes.some(({ kind }) => kind === 'failed')
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export function tally(parts: readonly Part[]): Tally {
  const outcomes = parts.flatMap((part) => part.outcomes)
  const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

export function sentence({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Where the time of a stage went: its slowest files. */
export function slowest(parts: readonly Part[], most = 5): string {
  const timed = parts.flatMap(({ file, tookMs }) => (tookMs === undefined ? [] : [{ file, tookMs }]))
  return timed
    .sort((a, b) => b.tookMs - a.tookMs)
    .slice(0, most)
    .map(({ file, tookMs }) => `${file} ${(tookMs / 1000).toFixed(0)} s`)
    .join(', ')
}
