import type * as Y from 'yjs'
import { editBetween, moveThrough } from './text-edit.ts'
import type { TextDelta } from './text-edit.ts'

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

/**
 * Keeps a text control and a shared text the same: typing becomes the smallest edit, others' edits appear without moving the
 * selection among the letters around it. While an input method composes, the control is left alone and others' edits are held back.
 */
export function bindSharedText({ text, undo, origin }: SharedTextParts): (control: TextControl) => () => void {
  return (control) => {
    let shown = text.toString()
    let held: TextDelta[] = []
    let composing = false
    control.value = shown

    const show = (): void => {
      const { selectionStart, selectionEnd, scrollTop } = control
      const move = (index: number | null): number => held.reduce((at, delta) => moveThrough(delta, at), index ?? 0)
      const [start, end] = [move(selectionStart), move(selectionEnd)]
      held = []
      shown = text.toString()
      if (control.value === shown) return
      control.value = shown
      if (document.activeElement === control) control.setSelectionRange(start, end)
      control.scrollTop = scrollTop
    }
    const take = (): void => {
      const edit = editBetween(shown, control.value, control.selectionEnd ?? control.value.length)
      shown = control.value
      if (edit === undefined) return
      const move = (index: number): number => held.reduce((at, delta) => moveThrough(delta, at), index)
      const [at, end] = [move(edit.at), move(edit.at + edit.removed)]
      text.doc?.transact(() => {
        if (end > at) text.delete(at, end - at)
      }, origin)
      for (const [offset, piece] of piecesOf(edit.inserted)) text.doc?.transact(() => { text.insert(at + offset, piece) }, origin) // prettier-ignore
    }
    const onText = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
      if (transaction.origin === origin) return
      held.push(event.delta)
      if (!composing) show()
    }
    const listeners = {
      input: () => {
        if (!composing) take()
      },
      compositionstart: () => {
        composing = true
      },
      compositionend: () => {
        composing = false
        take()
        show()
      },
      beforeinput: (event: Event) => {
        const kind = event instanceof InputEvent ? event.inputType : ''
        if (kind !== 'historyUndo' && kind !== 'historyRedo') return
        event.preventDefault()
        if (kind === 'historyUndo') undo.undo()
        else undo.redo()
      },
      keydown: (event: Event) => {
        if (!(event instanceof KeyboardEvent) || !(event.ctrlKey || event.metaKey) || event.altKey) return
        const key = event.key.toLowerCase()
        if (key !== 'z' && key !== 'y') return
        event.preventDefault()
        if (key === 'y' || event.shiftKey) undo.redo()
        else undo.undo()
      },
    }
    text.observe(onText)
    for (const [name, listener] of Object.entries(listeners)) control.addEventListener(name, listener)
    return () => {
      text.unobserve(onText)
      for (const [name, listener] of Object.entries(listeners)) control.removeEventListener(name, listener)
    }
  }
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
