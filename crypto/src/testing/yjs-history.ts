import * as Y from 'yjs'
import type { Dice } from './seeded.ts'

const TEXTS = ['a', 'hello ', 'grüße', '漢字', '👩‍🚀 up', '\u{10ffff}', '\ufeffbom', 'half \ud83d', '\0', 'x'.repeat(200)]
const VALUES: readonly unknown[] = [
  null, undefined, true, false, 0, -0, -1, 63, 64, -64, 2 ** 31, 1.5, -1e300, 0.1, { big: 2n ** 60n }, '', 'text', new Uint8Array([1, 2, 3]),
  [], {}, { a: [1, { b: 'c' }], 'ключ': null }, [[[['deep']]]],
] // prettier-ignore

/** Updates as several people's edits make them, with every kind of content, in an order that can be applied. */
export function editHistory(dice: Dice, edits: number): readonly Uint8Array[] {
  const docs = Array.from({ length: 1 + dice.below(3) }, () => new Y.Doc({ gc: dice.below(3) > 0 }))
  const updates: Uint8Array[] = []
  for (const [index, doc] of docs.entries()) {
    doc.clientID = dice.below(dice.pick([100, 2 ** 31, 2 ** 51 - 1])) * 4 + index
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'remote') updates.push(update)
    })
  }
  const undoers = docs.map((doc) => new Y.UndoManager(doc.getText('text'), { captureTimeout: 0 }))
  for (let i = 0; i < edits; i++) {
    const at = dice.below(docs.length)
    const doc = docs[at]
    const undoer = undoers[at]
    if (doc === undefined || undoer === undefined) continue
    if (dice.below(8) === 0) exchange(docs)
    else if (dice.below(10) === 0) undoer.undo()
    else if (dice.below(20) === 0) undoer.redo()
    else doc.transact(() => Array.from({ length: 1 + dice.below(4) }, () => edit(doc, dice)), 'local')
  }
  exchange(docs)
  return updates
}

function exchange(docs: readonly Y.Doc[]): void {
  const whole = Y.mergeUpdates(docs.map((doc) => Y.encodeStateAsUpdate(doc)))
  for (const doc of docs) Y.applyUpdate(doc, whole, 'remote')
}

function edit(doc: Y.Doc, dice: Dice): void {
  const edits = [editText, editMap, editArray, editXml]
  dice.pick(edits)(doc, dice)
}

function editText(doc: Y.Doc, dice: Dice): void {
  typeInto(doc.getText('text'), dice)
}

function typeInto(text: Y.Text, dice: Dice): void {
  const at = dice.below(text.length + 1)
  const span = dice.below(text.length - at + 1)
  const kind = dice.below(6)
  if (kind < 2) text.insert(at, dice.pick(TEXTS))
  else if (kind === 2) text.insert(at, dice.pick(TEXTS), { bold: true, link: { href: 'a"\\\n\u2028b' } })
  else if (kind === 3 && span > 0)
    text.format(at, span, { bold: dice.pick([true, null]), size: dice.pick([1.5, -2e9]) })
  else if (kind === 4) text.insertEmbed(at, { image: 'x', nested: [[{ y: [] }]] })
  else if (span > 0) text.delete(at, span)
}

function editMap(doc: Y.Doc, dice: Dice): void {
  const map = dice.pick(allMaps(doc))
  const key = dice.pick(['a', 'b', 'ключ', ''])
  const kind = dice.below(5)
  if (kind === 0) map.delete(key)
  else if (kind === 1) map.set(key, new Y.Map([['inner', 1]]))
  else if (kind === 2) map.set(key, new Y.Text('inside'))
  else map.set(key, dice.pick(VALUES))
}

function allMaps(doc: Y.Doc): readonly Y.Map<unknown>[] {
  const root: Y.Map<unknown> = doc.getMap('map')
  return [root, ...[...root.values()].filter((value) => value instanceof Y.Map)]
}

function editArray(doc: Y.Doc, dice: Dice): void {
  const array: Y.Array<unknown> = doc.getArray('array')
  const at = dice.below(array.length + 1)
  if (dice.below(4) === 0 && array.length > at) return array.delete(at, 1 + dice.below(array.length - at))
  const nested = dice.below(5) === 0 ? [new Y.Array(), new Y.Map(), new Y.XmlHook('hook')] : []
  array.insert(at, [dice.pick(VALUES) ?? null, dice.pick(VALUES) ?? null, ...nested])
}

function editXml(doc: Y.Doc, dice: Dice): void {
  const fragment = doc.getXmlFragment('xml')
  if (dice.below(4) === 0 && fragment.length > 0) return fragment.delete(0, 1)
  const element = new Y.XmlElement(dice.pick(['p', 'ul', 'größe']))
  fragment.insert(dice.below(fragment.length + 1), [element, new Y.XmlText('words')])
  element.setAttribute('class', 'note')
  element.insert(0, [new Y.XmlElement('li')])
}
