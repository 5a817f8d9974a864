import type * as Y from 'yjs'
import { editBetween, keepThrough, moveSelection, moveThrough } from './text-edit.ts'
import type { TextDelta, TextRange } from './text-edit.ts'

export type TextControl = HTMLTextAreaElement | HTMLInputElement

export interface SharedTextParts {
  readonly text: Y.Text
  /** Undoes this page's own edits and nobody else's; the browser's own history ends where another's edit is shown. */
  readonly undo: Pick<Y.UndoManager, 'undo' | 'redo'>
  /** The origin of this page's edits. */
  readonly origin: unknown
}

/** Yjs keeps one insertion as one struct; a book pasted at once would be larger than a frame may be. */
const INSERT_MAX_UNITS = 16 * 1024

/** Binds a text control, as a Svelte attachment, until the returned function is called. */
export function bindSharedText(parts: SharedTextParts): (control: TextControl) => () => void {
  return (control) => {
    const binding = new SharedText(parts, control)
    return () => {
      binding.release()
    }
  }
}

/**
 * Keeps a text control and a shared text the same: typing becomes the smallest edit, others' edits appear without moving the
 * selection among the letters around it. While an input method composes, the control is left alone and others' edits are held back.
 */
class SharedText {
  readonly #parts: SharedTextParts
  readonly #control: TextControl
  readonly #released = new AbortController()
  #shown: string
  /** Edits of others that the control does not show yet. */
  #held: TextDelta[] = []
  #composing = false

  constructor(parts: SharedTextParts, control: TextControl) {
    this.#parts = parts
    this.#control = control
    this.#shown = parts.text.toString()
    control.value = this.#shown
    parts.text.observe(this.#onText)
    this.#listen('input', () => {
      if (!this.#composing) this.#take()
    })
    this.#listen('compositionstart', () => {
      this.#composing = true
    })
    this.#listen('compositionend', () => {
      this.#composing = false
      this.#take()
      this.#show()
    })
    this.#listen('beforeinput', (event) => {
      this.#onHistory(event, event instanceof InputEvent ? event.inputType : '')
    })
    this.#listen('keydown', (event) => {
      if (event instanceof KeyboardEvent) this.#onHistory(event, historyKey(event))
    })
  }

  release(): void {
    this.#released.abort()
    this.#parts.text.unobserve(this.#onText)
  }

  readonly #onText = (event: Y.YTextEvent, { origin }: Y.Transaction): void => {
    if (origin === this.#parts.origin) return
    this.#held.push(event.delta)
    if (!this.#composing) this.#show()
  }

  #show(): void {
    const { selectionStart, selectionEnd, scrollTop } = this.#control
    const at = selectionStart ?? 0
    const selected = this.#held.reduce((range, delta) => moveSelection(delta, range), {
      at,
      length: (selectionEnd ?? at) - at,
    })
    this.#held = []
    this.#shown = this.#parts.text.toString()
    if (this.#control.value === this.#shown) return
    this.#control.value = this.#shown
    if (document.activeElement === this.#control)
      this.#control.setSelectionRange(selected.at, selected.at + selected.length)
    this.#control.scrollTop = scrollTop
  }

  /** What was typed, made where it belongs among edits that are held back. */
  #take(): void {
    const { text, origin } = this.#parts
    const { value, selectionEnd } = this.#control
    const edit = editBetween(this.#shown, value, selectionEnd ?? value.length)
    this.#shown = value
    if (edit === undefined) return
    // Letter by letter what was there when it was typed over: what others have put between them since stays.
    const removed = this.#held.reduce<readonly TextRange[]>(
      (pieces, delta) => pieces.flatMap((piece) => keepThrough(delta, piece)),
      [{ at: edit.at, length: edit.removed }],
    )
    const at = edit.removed === 0 ? this.#moved(edit.at) : (removed[0]?.at ?? this.#moved(edit.at))
    for (const piece of removed.toReversed())
      if (piece.length > 0) text.doc?.transact(() => { text.delete(piece.at, piece.length) }, origin) // prettier-ignore
    for (const [offset, piece] of piecesOf(edit.inserted))
      text.doc?.transact(() => { text.insert(at + offset, piece) }, origin) // prettier-ignore
  }

  #moved(index: number): number {
    return this.#held.reduce((at, delta) => moveThrough(delta, at), index)
  }

  #onHistory(event: Event, kind: string): void {
    if (kind !== 'historyUndo' && kind !== 'historyRedo') return
    event.preventDefault()
    if (kind === 'historyUndo') this.#parts.undo.undo()
    else this.#parts.undo.redo()
  }

  #listen(name: string, listener: (event: Event) => void): void {
    this.#control.addEventListener(name, listener, { signal: this.#released.signal })
  }
}

function historyKey({ ctrlKey, metaKey, altKey, shiftKey, key }: KeyboardEvent): string {
  if (!(ctrlKey || metaKey) || altKey) return ''
  if (key.toLowerCase() === 'y') return 'historyRedo'
  if (key.toLowerCase() !== 'z') return ''
  return shiftKey ? 'historyRedo' : 'historyUndo'
}

function* piecesOf(inserted: string): Iterable<readonly [number, string]> {
  let from = 0
  while (from < inserted.length) {
    let end = Math.min(from + INSERT_MAX_UNITS, inserted.length)
    const last = inserted.charCodeAt(end - 1)
    if (end < inserted.length && last >= 0xd800 && last <= 0xdbff) end -= 1
    yield [from, inserted.slice(from, end)]
    from = end
  }
}
