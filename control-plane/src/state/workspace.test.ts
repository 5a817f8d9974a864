import 'fake-indexeddb/auto'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IndexeddbPersistence } from 'y-indexeddb'
import { Doc } from 'yjs'
import { openWorkspace } from './workspace.ts'

test('what was chosen is there when the browser opens again', async () => {
  const first = await openWorkspace('again')
  assert.equal(first.get('theme'), undefined)
  first.set('theme', 'dark')
  first.set('lastPage', 'storage')
  await first[Symbol.asyncDispose]()
  const second = await openWorkspace('again')
  assert.equal(second.get('theme'), 'dark')
  assert.equal(second.get('lastPage'), 'storage')
  assert.equal(second.get('density'), undefined)
  await second[Symbol.asyncDispose]()
})

test('a value that this page has no word for is as good as none', async () => {
  const doc = new Doc()
  const storage = new IndexeddbPersistence('odd', doc)
  await storage.whenSynced
  doc.getMap('workspace').set('lastPage', 'javascript:alert(1)')
  doc.getMap('workspace').set('theme', { dark: true })
  await storage.destroy()
  const workspace = await openWorkspace('odd')
  assert.equal(workspace.get('lastPage'), undefined)
  assert.equal(workspace.get('theme'), undefined)
  await workspace[Symbol.asyncDispose]()
})
