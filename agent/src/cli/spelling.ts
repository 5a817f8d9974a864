export function meant(near: string | undefined): string {
  return near === undefined ? '' : ` Did you mean ${near}?`
}

/** What came from outside is shown short and without what could change a terminal. */
export function show(text: string): string {
  const short = text.length > 60 ? text.slice(0, 60) + '…' : text
  return short.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
}

/** The known word that was probably meant; none where nothing is near. */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 40) return undefined
  const scored = known.map((one) => ({ one, steps: stepsBetween(word, one) })).sort((a, b) => a.steps - b.steps)
  const [best] = scored
  return best !== undefined && best.steps <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : undefined
}

/** Levenshtein's distance: how many letters must be put in, taken out or changed. */
function stepsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
