import * as Y from 'yjs'

/** How notes lie in their Yjs document: one text, and lines that can be ticked off. Each line's words are a text of their own. */
export interface NotesRoots {
  readonly text: Y.Text
  readonly lines: Y.Array<Y.Map<unknown>>
}

export interface NoteLine {
  readonly id: string
  readonly done: boolean
  readonly text: Y.Text
  readonly item: Y.Map<unknown>
}

export function notesRoots(ydoc: Y.Doc): NotesRoots {
  return { text: ydoc.getText('text'), lines: ydoc.getArray('lines') }
}

/** What others wrote is shown as far as it has the expected form; anything else in the list is passed over, never deleted. */
export function readLines({ lines }: NotesRoots): readonly NoteLine[] {
  return lines.toArray().flatMap((item) => {
    if (!(item instanceof Y.Map)) return []
    const [id, text] = [item.get('id'), item.get('text')]
    if (typeof id !== 'string' || !(text instanceof Y.Text)) return []
    return { id, text, item, done: item.get('done') === true }
  })
}

export function addLine({ lines }: NotesRoots, id: string, words: string): void {
  const item = new Y.Map<unknown>()
  item.set('id', id)
  item.set('text', new Y.Text(words))
  lines.push([item])
}

export function removeLine({ lines }: NotesRoots, line: NoteLine): void {
  const place = lines.toArray().indexOf(line.item)
  if (place >= 0) lines.delete(place)
}

/** Undoes the edits of this origin, and of nobody else. */
export function createUndo({ text, lines }: NotesRoots, origin: object): Y.UndoManager {
  return new Y.UndoManager([text, lines], { trackedOrigins: new Set([origin]) })
}
