import type { PageName } from '../routes.ts'

/** The second letter of `G …`, for each page. */
export const GO_KEYS: Readonly<Record<PageName, string>> = {
  home: 'h',
  notes: 'n',
  devices: 'd',
  runs: 'r',
  storage: 'c',
  recovery: 'v',
  activity: 'a',
  settings: 's',
}

export type Pressed = 'nothing' | 'awaits-page' | 'list' | 'search' | { readonly go: PageName }

/** What a key without Ctrl, Alt or Meta means; `awaitsPage` when the one before it was G. */
export function meaningOf(key: string, awaitsPage: boolean): Pressed {
  if (key === '?') return 'list'
  if (key === '/') return 'search'
  const letter = key.toLowerCase()
  const page = (Object.keys(GO_KEYS) as readonly PageName[]).find((name) => GO_KEYS[name] === letter)
  if (awaitsPage && page !== undefined) return { go: page }
  return letter === 'g' ? 'awaits-page' : 'nothing'
}

/** In a field keys are text, and in an open dialog they are the dialog's. */
export function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]') !== null) return true
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select') !== null)
  )
}
