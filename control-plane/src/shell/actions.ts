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

/** Every word of `query` must begin a word of the label or of the group. */
export function findActions(actions: readonly Action[], query: string): readonly Action[] {
  const words = wordsOf(query)
  const matches = (action: Action): boolean => {
    const known = [...wordsOf(action.label), ...wordsOf(action.group)]
    return words.every((word) => known.some((candidate) => candidate.startsWith(word)))
  }
  return actions.filter(matches)
}

function wordsOf(text: string): readonly string[] {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '')
}
