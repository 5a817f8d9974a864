import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { createSocketChannel } from './socket-channel.ts'

test('whoever waits for a full socket leaves nothing behind', async () => {
  const socket = new Socket()
  Object.defineProperty(socket, 'writableNeedDrain', { get: () => true })
  const channel = createSocketChannel(socket, 'owner')
  const before = socket.listenerCount('close')
  for (let round = 0; round < 50; round++) {
    const drained = channel.drained()
    socket.emit('drain')
    await drained
    const left = new AbortController()
    const given = channel.drained(left.signal)
    left.abort()
    await given
  }
  assert.deepEqual([socket.listenerCount('close'), socket.listenerCount('drain')], [before, 0])
})
