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

test('a task that throws fails its own caller and lets the next have their turn', async () => {
  const turns = new Turns()
  assert.throws(() => turns.run(() => assert.fail('at once')), { message: 'at once' })
  const slow = turns.run(() => Promise.reject(new Error('slow')))
  const behind = turns.run(() => assert.fail('behind'))
  const last = turns.run(() => undefined)
  await assert.rejects(async () => slow, { message: 'slow' })
  await assert.rejects(async () => behind, { message: 'behind' })
  await last
  await turns.idle()
})
