import 'fake-indexeddb/auto'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startReplica } from '../replica.ts'
import type { Replica } from '../replica.ts'
import type { SealedDoc } from '../sealed-doc.ts'
import { hashState } from '../snapshots/canonical-state.ts'
import { createFamily, DOC, instantClock } from '../testing/family.ts'
import type { Family } from '../testing/family.ts'
import { openIndexedDbStore } from './indexeddb-log.ts'
import type { IndexedDbStore } from './indexeddb-log.ts'

interface Browser {
  readonly store: IndexedDbStore
  readonly replica: Replica
  readonly doc: SealedDoc
}

async function openBrowser({ identities: [identity], membership, dice }: Family, name: string): Promise<Browser> {
  assert.ok(identity)
  const store = await openIndexedDbStore(name)
  const onIncident = ({ kind }: { readonly kind: string }): never => assert.fail(kind)
  const replica = startReplica({ identity, membership, store, clock: instantClock, rng: dice, onIncident })
  return { store, replica, doc: await replica.open(DOC) }
}

/** As when a tab dies. */
function leave({ store }: Browser): void {
  store[Symbol.dispose]()
}

async function recordsIn(doc: SealedDoc): Promise<number> {
  let count = 0
  for await (const { index } of doc.scan(0)) count += index >= 0 ? 1 : 0
  return count
}

test("a browser's log gives up frames in one transaction, and its next tab goes on with the chain", async () => {
  const family = createFamily(1, 61)
  const first = await openBrowser(family, 'given-up')
  for (let edit = 0; edit < 40; edit++) {
    first.doc.ydoc.getMap('pages').set(String(edit % 3), 'page '.repeat(800))
    await first.doc.durable()
  }
  const made = await first.doc.snapshot()
  assert.ok(made && (await first.doc.judge(made.parts)).ok)
  for (let edit = 0; edit < 5; edit++) {
    first.doc.ydoc.getArray('later').push([edit])
    await first.doc.durable()
  }
  const writing = first.doc.giveUp(made.parts)
  first.doc.ydoc.getArray('later').push(['meanwhile'])
  assert.ok((await writing) > 64 * 1024)
  await first.doc.durable()
  assert.equal(await recordsIn(first.doc), 7)
  const [state, chain] = [hashState(first.doc.ydoc), first.doc.chain]
  leave(first)
  const next = await openBrowser(family, 'given-up')
  assert.deepEqual(hashState(next.doc.ydoc), state)
  assert.equal(next.doc.chain, chain)
  next.doc.ydoc.getArray('later').push(['after'])
  await next.doc.durable()
  assert.equal(next.doc.heads().get(chain)?.seq, 47)
  const again = await next.doc.snapshot()
  assert.ok(again && (await next.doc.judge(again.parts)).ok)
  leave(next)
  const last = await openBrowser(family, 'given-up')
  assert.deepEqual(hashState(last.doc.ydoc), hashState(next.doc.ydoc))
  leave(last)
})
