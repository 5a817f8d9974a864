import type * as Y from 'yjs'
import type { TabDoc } from '@cloudos/mesh/browser/tab-doc'
import type { DocId } from '@cloudos/protocol/ids'
import { addLine, createUndo, notesRoots, readLines, removeLine } from '../notes/notes-doc.ts'
import type { NoteLine } from '../notes/notes-doc.ts'
import { bindSharedText } from '../notes/shared-text.ts'
import type { TextControl } from '../notes/shared-text.ts'

/** An edit that has just been saved is called so once typing rests, lest the words flicker; the delay never hides that it is not. */
const REST_MS = 400

/** The open notes: the shared document as the page shows it, and what the owner may do to it. Open as long as the tab is. */
export class Notes {
  lines = $state.raw<readonly NoteLine[]>([])
  saving = $state.raw<TabDoc['saving']>({ phase: 'saved' })
  /** What the page says of saving. */
  shown = $state<TabDoc['saving']['phase']>('saved')
  readonly canRetry: boolean = $derived(this.saving.phase === 'refused' && this.saving.code !== 'chain-changed')
  readonly leftOver: number = $derived(this.lines.filter(({ done }) => !done).length)
  readonly #doc: TabDoc
  readonly #undo: Y.UndoManager
  #rest: ReturnType<typeof setTimeout> | undefined

  constructor(doc: TabDoc) {
    this.#doc = doc
    const { text, lines } = notesRoots(doc.ydoc)
    this.#undo = createUndo({ text, lines }, this)
    const readAll = (): void => {
      this.lines = readLines({ text, lines })
    }
    lines.observeDeep(readAll)
    readAll()
    doc.onSaving((saving) => {
      this.#noteSaving(saving)
    })
    this.#noteSaving(doc.saving)
  }

  get docId(): DocId {
    return this.#doc.docId
  }

  bindText(): (control: TextControl) => () => void {
    return this.#bind(notesRoots(this.#doc.ydoc).text)
  }

  bindLine(text: Y.Text): (control: TextControl) => () => void {
    return this.#bind(text)
  }

  add(words: string): void {
    this.#edit((roots) => {
      addLine(roots, crypto.randomUUID(), words)
    })
  }

  setDone(line: NoteLine, done: boolean): void {
    this.#edit(() => {
      line.item.set('done', done)
    })
  }

  remove(line: NoteLine): void {
    this.#edit((roots) => {
      removeLine(roots, line)
    })
  }

  retrySaving(): void {
    this.#doc.retry()
  }

  /** What was typed is not held back for more: the page may be gone in a moment. */
  saveNow(): void {
    this.#doc.flush()
  }

  /** Saves now, and resolves when nothing is under way. */
  whenSaved(): Promise<void> {
    this.saveNow()
    return new Promise((resolve) => {
      const look = (saving: TabDoc['saving']): void => {
        if (saving.phase === 'saved') resolve()
      }
      this.#doc.onSaving(look)
      look(this.#doc.saving)
    })
  }

  #noteSaving(saving: TabDoc['saving']): void {
    this.saving = saving
    clearTimeout(this.#rest)
    if (saving.phase === 'saved') this.#rest = setTimeout(() => (this.shown = this.saving.phase), REST_MS)
    else this.shown = saving.phase
  }

  #bind(text: Y.Text): (control: TextControl) => () => void {
    return bindSharedText({ text, undo: this.#undo, origin: this })
  }

  #edit(edit: (roots: ReturnType<typeof notesRoots>) => void): void {
    this.#doc.ydoc.transact(() => {
      edit(notesRoots(this.#doc.ydoc))
    }, this)
  }
}
