import type { Dice } from '@cloudos/crypto/testing/seeded'
import type * as Y from 'yjs'
import type { SealedDoc } from '../sealed-doc.ts'
import { drawEdit } from './drawn-edits.ts'

/** Values, pages of text and small edits in any order, until so much has been written. All of it is in the log. */
export async function drawLarge(doc: SealedDoc, dice: Dice, atLeastBytes: number): Promise<void> {
  for (let drawn = 0; drawn < atLeastBytes;) {
    const sizeBytes = 1 + dice.below(300_000)
    drawPiece(doc.ydoc, dice, sizeBytes)
    drawn += sizeBytes
    for (let edits = dice.below(20); edits > 0; edits--) drawEdit(doc.ydoc, dice)
    await doc.durable()
  }
}

export function drawPiece(ydoc: Y.Doc, dice: Dice, sizeBytes: number): void {
  const text = ydoc.getText('pages')
  if (dice.below(2) === 0) ydoc.getArray('values').push([dice.bytes(sizeBytes)])
  else text.insert(dice.below(text.length + 1), 'page '.repeat(sizeBytes / 5))
}
