import * as Y from 'yjs'

/**
 * A document that holds what it is given and adds nothing: Yjs otherwise takes out formatting that has no effect any more when it comes
 * from elsewhere, which is an edit of its own.
 */
export function createScratchDoc(): Y.Doc {
  const ydoc = new Y.Doc({ gc: true })
  ydoc.on('afterTransaction', (transaction) => {
    transaction._needFormattingCleanup = false
  })
  return ydoc
}
