import type { Dice } from '@cloudos/crypto/testing/seeded'
import * as Y from 'yjs'

/** One edit as a person or an app might make it: typing, deleting, keys set and removed, lists, and types within types. */
export function drawEdit(ydoc: Y.Doc, dice: Dice): void {
  const text = ydoc.getText('t')
  const map = ydoc.getMap('m')
  const list = ydoc.getArray('l')
  const key = `k${String(dice.below(6))}`
  switch (dice.below(10)) {
    case 0:
    case 1:
      text.insert(dice.below(text.length + 1), 'words '.slice(0, 1 + dice.below(6)))
      break
    case 2:
      if (text.length > 0) {
        const at = dice.below(text.length)
        text.delete(at, 1 + dice.below(text.length - at))
      }
      break
    case 3:
      map.set(key, dice.below(1000))
      break
    case 4:
      map.delete(key)
      break
    case 5:
      map.set(key, new Y.Map([['inner', dice.below(10)]]))
      break
    case 6: {
      const inner = map.get(key)
      if (inner instanceof Y.Map) inner.set(`i${String(dice.below(3))}`, new Y.Text('deep'))
      else list.insert(dice.below(list.length + 1), [dice.below(9), { a: 'b' }])
      break
    }
    case 8:
      map.set('rich', new Y.Text('rich text'))
      break
    case 9: {
      const rich = map.get('rich')
      if (!(rich instanceof Y.Text) || rich.length === 0) break
      const at = dice.below(rich.length)
      if (dice.below(3) === 0) rich.delete(at, 1)
      else rich.format(at, 1 + dice.below(rich.length - at), { bold: dice.below(2) === 0 ? true : null })
      break
    }
    default:
      if (list.length > 0) list.delete(dice.below(list.length), 1)
      else text.format(0, text.length, { bold: true })
  }
}
