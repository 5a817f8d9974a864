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

function lengthOf(insert: unknown): number {
  return typeof insert === 'string' ? insert.length : 1
}

function isHigh(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\ud800' && unit <= '\udbff'
}

function isLow(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\udc00' && unit <= '\udfff'
}
