import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { readUpdate } from '@cloudos/crypto/yjs-reader'
import { createFamily, DOC, startDevice } from './testing/family.ts'
import { MemoryNetwork } from './testing/memory-net.ts'
import { splitUpdate } from './split-update.ts'

test('an edit too large for a frame is split, what one value makes too large is dropped and told, and later edits go on', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const [a, b] = [startDevice(family, 0, { network }), startDevice(family, 1, { network })]
  await a.replica.connect(network.join(a.peerId), b.peerId)
  const [mine, theirs] = [await a.replica.open(DOC), await b.replica.open(DOC)]
  const long = 'päste 🖥 '.repeat(300_000)
  const text = mine.ydoc.getText('t')
  text.insert(0, 'ab')
  text.insert(1, long)
  await mine.durable()
  mine.ydoc.getArray('list').push(Array.from({ length: 60_000 }, (_, at) => `value ${String(at)} of a long list`))
  mine.ydoc.getMap('m').set('huge', 'x'.repeat(2_000_000))
  await assert.rejects(mine.durable(), { code: 'edit-too-large' })
  mine.ydoc.getMap('m').set('after', 'is kept')
  await mine.durable()
  await network.settle()
  assert.equal(theirs.ydoc.getText('t').toJSON(), `a${long}b`)
  assert.equal(theirs.ydoc.getArray('list').length, 60_000)
  assert.deepEqual(theirs.ydoc.getMap('m').toJSON(), { after: 'is kept' })
  assert.deepEqual(mine.ydoc.getMap('m').toJSON(), { after: 'is kept' })
  assert.deepEqual(a.incidents.map(({ kind }) => kind), ['not-saved']) // prettier-ignore
  await a.replica.close()
  const again = await startDevice(family, 0, { disk: a.disk }).replica.open(DOC)
  assert.equal(again.ydoc.getText('t').toJSON(), `a${long}b`)
})

test('very many deletions at once are split too', () => {
  const ydoc = new Y.Doc()
  const list = ydoc.getArray<number>('a')
  for (let nth = 0; nth < 4_000; nth++) list.insert(0, [nth])
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(ydoc))
  const before = Y.encodeStateVector(ydoc)
  ydoc.transact(() => {
    for (let at = list.length - 1; at > 0; at -= 2) list.delete(at)
  })
  const split = splitUpdate(Y.encodeStateAsUpdate(ydoc, before), { bytes: 1_000, count: 300 })
  assert.ok(split && split.pieces.length > 5)
  for (const piece of split.pieces) {
    assert.ok(readUpdate(piece).ok)
    Y.applyUpdate(copy, piece)
  }
  assert.deepEqual(copy.getArray('a').toJSON(), list.toJSON())
})
