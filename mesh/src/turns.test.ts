import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('a task that does not wait runs at once; the others run one after the other, in order', async () => {
  const turns = new Turns()
  const ran: string[] = []
  assert.equal(
    turns.run(() => {
      ran.push('at once')
    }),
    undefined,
  )
  const slow = turns.run(async () => {
    ran.push('slow begins')
    await new Promise((resolve) => setImmediate(resolve))
    ran.push('slow ends')
  })
  const after = turns.run(() => {
    ran.push('after')
  })
  assert.deepEqual(ran, ['at once', 'slow begins'])
  await slow
  assert.deepEqual(ran.slice(2, 3), ['slow ends'])
  await after
  await turns.idle()
  assert.deepEqual(ran, ['at once', 'slow begins', 'slow ends', 'after'])
})
