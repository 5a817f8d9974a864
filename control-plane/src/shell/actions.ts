import type { IconName } from '../ui/icons.ts'

/** One thing that can be done. Buttons, menus and the command bar show the same list. */
export interface Action {
  readonly id: string
  readonly group: string
  readonly label: string
  readonly icon: IconName
  readonly hint?: string
  readonly run: () => void
}

/**
 * The actions in which every word of `query` is found, the best first; among equals those of `recent` (ids, the newest first), then in
 * the order given. With nothing typed the recent ones come first.
 */
export function findActions(
  actions: readonly Action[],
  query: string,
  recent: readonly string[] = [],
): readonly Action[] {
  const words = wordsOf(query)
  const ageOf = ({ id }: Action): number => (recent.includes(id) ? recent.indexOf(id) : recent.length)
  return actions
    .map((action) => ({ action, fit: fitOf(action, words) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit || ageOf(a.action) - ageOf(b.action))
    .map(({ action }) => action)
}

const BEGINS_LABEL = 4
const BEGINS_WORD = 3
const WITHIN_WORD = 2
const LETTERS_IN_ORDER = 1

/** The sum over the words of how well each is found, 0 once one is not. */
function fitOf({ label, group, hint = '' }: Action, words: readonly string[]): number {
  const [named, known] = [wordsOf(label), wordsOf(`${label} ${hint} ${group}`)]
  const fits = words.map((word): number => {
    if (named[0]?.startsWith(word) === true) return BEGINS_LABEL
    if (known.some((candidate) => candidate.startsWith(word))) return BEGINS_WORD
    if (known.some((candidate) => candidate.includes(word))) return WITHIN_WORD
    return word.length > 2 && known.some((candidate) => hasInOrder(candidate, word)) ? LETTERS_IN_ORDER : 0
  })
  return fits.includes(0) ? 0 : fits.reduce((sum, fit) => sum + fit, 1)
}

/** The same first letter and then all the others in order: a word with letters left out. */
function hasInOrder(candidate: string, word: string): boolean {
  if (candidate[0] !== word[0]) return false
  let at = -1
  return word.split('').every((letter) => (at = candidate.indexOf(letter, at + 1)) !== -1)
}

function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '')
}
