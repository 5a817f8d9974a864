import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { createNode } from '@cloudos/mesh/agent-node'
import type { MeshNode } from '@cloudos/mesh/node-parts'
import type { Channel } from '@cloudos/protocol/ports'
import { ask, openDoor } from '../testing/open-door.ts'
import type { HttpDoor } from './http-door.ts'
import { webSocketAddress, webSocketsBehind } from './websocket-transport.ts'

const ECHO = '/cloudos/test-echo/1'

async function startNode(t: TestContext, seed: number, door?: HttpDoor): Promise<MeshNode> {
  const node = await createNode({
    peerSeed: new Uint8Array(32).fill(seed),
    mayConnect: () => true,
    listen: door === undefined ? [] : [webSocketAddress(door)],
    ...(door === undefined ? {} : { webSocketTransport: webSocketsBehind(door) }),
  })
  t.after(() => node.stop())
  return node
}

interface Pair {
  readonly door: HttpDoor
  readonly agent: MeshNode
  readonly channel: Channel
}

/** An agent behind its guarded port, and a peer that has a channel to it. */
async function meet(t: TestContext): Promise<Pair> {
  const door = await openDoor(t)
  const agent = await startNode(t, 1, door)
  agent.net.handle(ECHO, (channel) => {
    channel.onMessage((message) => channel.send(message))
  })
  const peer = await startNode(t, 2)
  await peer.dial(agent.peerId, [webSocketAddress(door)])
  return { door, agent, channel: await peer.net.open(agent.peerId, ECHO) }
}

test('a peer reaches the agent through the port of the page, and the page is still served', async (t) => {
  const { door, channel } = await meet(t)
  const answer = new Promise<Uint8Array>((resolve) => {
    channel.onMessage(resolve)
  })
  channel.send(Uint8Array.of(1, 2, 3))
  assert.deepEqual(await answer, Uint8Array.of(1, 2, 3))
  assert.equal((await ask(door)).status, 200)
})

test('much data goes both ways at once, whole and in order', async (t) => {
  const { channel } = await meet(t)
  const sizes = Array.from({ length: 60 }, (_, i) => (i % 6) * 70_000 + i + 1)
  const received: number[] = []
  const all = new Promise<void>((resolve) => {
    channel.onMessage((message) => {
      assert.ok(message.every((byte) => byte === received.length % 251))
      received.push(message.length)
      if (received.length === sizes.length) resolve()
    })
  })
  for (const [i, size] of sizes.entries())
    if (!channel.send(new Uint8Array(size).fill(i % 251))) await channel.drained()
  await all
  assert.deepEqual(received, sizes)
})

test('the peer must hold the key it is dialled by', async (t) => {
  const { door, agent } = await meet(t)
  const peer = await startNode(t, 3)
  const other = agent.peerId.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  await assert.rejects(peer.dial(other, [webSocketAddress(door)]))
})

test('a text message ends the connection', async (t) => {
  const { door } = await meet(t)
  const socket = new WebSocket(`ws://localhost:${String(door.port)}/`)
  await new Promise((resolve) => socket.once('open', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.send('hello')
  await closed
})

test('when the node stops its peers are let go, and the page is still served while upgrades are refused', async (t) => {
  const { door, agent, channel } = await meet(t)
  const gone = new Promise<void>((resolve) => {
    channel.onClose(resolve)
  })
  await agent.stop()
  await gone
  assert.equal((await ask(door)).status, 200)
  const socket = new WebSocket(`ws://localhost:${String(door.port)}/`)
  const refusal = await new Promise<Error>((resolve) => socket.once('error', resolve))
  assert.match(refusal.message, /403/)
})
