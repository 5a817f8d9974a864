/** Replaces `removed` UTF-16 units at `at` by `inserted`. */
export interface TextEdit {
  readonly at: number
  readonly removed: number
  readonly inserted: string
}

/** A change as Yjs reports it. */
export type TextDelta = readonly {
  readonly retain?: number | undefined
  readonly insert?: unknown
  readonly delete?: number | undefined
}[]

/**
 * The edit that turned `before` into `after`, or `undefined` when they are equal. In a run of equal characters many edits explain the
 * same result; `caret` (where it stands after the edit) picks the one that was made. Surrogate pairs are never torn: Yjs would put
 * replacement characters in their place.
 */
export function editBetween(before: string, after: string, caret: number): TextEdit | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let suffix = 0
  const longestSuffix = Math.min(shorter, after.length - Math.min(caret, after.length))
  while (suffix < longestSuffix && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix += 1
  let prefix = 0
  while (prefix < shorter - suffix && before[prefix] === after[prefix]) prefix += 1
  while (suffix < shorter - prefix && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix += 1
  if (prefix > 0 && isHigh(before[prefix - 1])) prefix -= 1
  if (suffix > 0 && isLow(before.at(-suffix))) suffix -= 1
  return { at: prefix, removed: before.length - prefix - suffix, inserted: after.slice(prefix, after.length - suffix) }
}

/** Where `index` is once `delta` has been applied. Text put exactly there goes behind it; text deleted around it lets it fall back. */
export function moveThrough(delta: TextDelta, index: number): number {
  let read = 0
  let moved = index
  for (const step of delta) {
    if (read > index || (read === index && step.insert !== undefined)) break
    if (step.retain !== undefined) read += step.retain
    else if (step.delete !== undefined) {
      moved -= Math.min(step.delete, index - read)
      read += step.delete
    } else moved += lengthOf(step.insert)
  }
  return moved
}

const REST: TextDelta[number] = { retain: Infinity }

export interface TextRange {
  readonly at: number
  readonly length: number
}

/** What is left of a range of letters once `delta` has been applied: text put among them or at its ends is in none of the pieces. */
export function keepThrough(delta: TextDelta, { at, length }: TextRange): readonly TextRange[] {
  const kept: TextRange[] = []
  let [read, written] = [0, 0]
  for (const { retain, insert, delete: removed } of [...delta, REST]) {
    if (retain !== undefined) {
      const [from, to] = [Math.max(at, read), Math.min(at + length, read + retain)]
      if (to > from) kept.push({ at: from - read + written, length: to - from })
      read += retain
      written += retain
    } else if (removed !== undefined) read += removed
    else written += lengthOf(insert)
  }
  return kept
}

/** As `moveThrough` for a caret; a selection keeps the letters it is of, and takes in none that are put at its ends. */
export function moveSelection(delta: TextDelta, { at, length }: TextRange): TextRange {
  const pieces = keepThrough(delta, { at, length })
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (first === undefined || last === undefined) return { at: moveThrough(delta, at), length: 0 }
  return { at: first.at, length: last.at + last.length - first.at }
}

function lengthOf(insert: unknown): number {
  return typeof insert === 'string' ? insert.length : 1
}

function isHigh(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\ud800' && unit <= '\udbff'
}

function isLow(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\udc00' && unit <= '\udfff'
}
