import assert from 'node:assert/strict'
import { once, EventEmitter } from 'node:events'
import { after, test } from 'node:test'
import { createNode } from './agent-node.ts'
import type { MeshNode } from './node-parts.ts'
import { SYNC_PROTOCOL } from './replica.ts'
import { createFamily, DOC, peerIdOf, startDevice } from './testing/family.ts'
import type { Device, Family } from './testing/family.ts'

const running: MeshNode[] = []
after(async () => {
  for (const node of running) await node.stop()
})

async function startNode(family: Family, device: Device): Promise<MeshNode> {
  const node = await createNode({
    peerSeed: device.identity.peerSeed,
    mayConnect: (peerId) => family.membership.memberByPeer(peerId, 0) !== undefined,
    listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws'],
    connectionsPerSecond: 1000,
  })
  running.push(node)
  device.replica.attach(node.net)
  return node
}

async function changed(device: Device, key: string): Promise<unknown> {
  const map = (await device.replica.open(DOC)).ydoc.getMap('m')
  const seen = new EventEmitter()
  map.observe(() => seen.emit('change'))
  while (!map.has(key)) await once(seen, 'change', { signal: AbortSignal.timeout(10_000) })
  return map.get(key)
}

for (const kind of ['tcp', 'ws'] as const) {
  test(`two devices keep in step over ${kind}, noise and yamux`, async () => {
    const family = createFamily(2)
    const [a, b] = [startDevice(family, 0), startDevice(family, 1)]
    const [nodeA, nodeB] = [await startNode(family, a), await startNode(family, b)]
    assert.equal(nodeA.peerId, a.peerId)
    const addresses = nodeB.addresses().filter((address) => address.endsWith('/ws') === (kind === 'ws'))
    await nodeA.dial(b.peerId, addresses)
    await a.replica.connect(nodeA.net, b.peerId)
    const docA = await a.replica.open(DOC)
    for (let i = 0; i < 50; i++) {
      docA.ydoc.getMap('m').set(`k${String(i)}`, 'x'.repeat(i * 400))
      if (i % 7 === 0) await docA.durable()
    }
    assert.equal(await changed(b, 'k49'), 'x'.repeat(49 * 400))
    const docB = await b.replica.open(DOC)
    docB.ydoc.getMap('m').set('back', 1)
    assert.equal(await changed(a, 'back'), 1)
    assert.deepEqual(docA.ydoc.getMap('m').toJSON(), docB.ydoc.getMap('m').toJSON())
  })
}

test('a stranger gets no connection, and an impostor is not taken for a member', async () => {
  const family = createFamily(2)
  const outsiders = createFamily(1, 9)
  const member = startDevice(family, 0)
  const stranger = startDevice(outsiders, 0)
  const node = await startNode(family, member)
  const strange = await createNode({ peerSeed: stranger.identity.peerSeed, mayConnect: () => true, listen: [] })
  running.push(strange)
  await strange.dial(member.peerId, node.addresses()).catch(() => undefined)
  await assert.rejects(stranger.replica.connect(strange.net, member.peerId))
  const absent = family.identities[1]
  if (absent === undefined) throw new RangeError()
  await assert.rejects(strange.dial(peerIdOf(absent), node.addresses()), { code: 'unreachable' })
  assert.deepEqual(member.replica.peers(), [])
})

test('a channel that the other side does not take, or leaves before it is open, is a refusal with a code', async () => {
  const family = createFamily(2)
  const [a, b] = [startDevice(family, 0), startDevice(family, 1)]
  const [nodeA, nodeB] = [await startNode(family, a), await startNode(family, b)]
  await nodeA.dial(b.peerId, nodeB.addresses())
  await assert.rejects(nodeA.net.open(b.peerId, '/cloudos/unheard-of/1'), { code: 'no-channel' })
  const opening = Promise.allSettled(Array.from({ length: 20 }, () => nodeA.net.open(b.peerId, SYNC_PROTOCOL)))
  await nodeB.stop()
  for (const outcome of await opening)
    if (outcome.status === 'rejected') assert.equal((outcome.reason as { code?: unknown }).code, 'no-channel')
})

test('the last word before a close arrives, and nothing is heard after it', async () => {
  const family = createFamily(2)
  const [a, b] = [startDevice(family, 0), startDevice(family, 1)]
  const [nodeA, nodeB] = [await startNode(family, a), await startNode(family, b)]
  const heard: number[] = []
  const ended = Promise.withResolvers<void>()
  nodeB.net.handle('/test/1', (channel) => {
    channel.onMessage((message) => {
      heard.push(message.length)
      channel.send(message)
    })
    channel.onClose(ended.resolve)
  })
  await nodeA.dial(b.peerId, nodeB.addresses())
  const channel = await nodeA.net.open(b.peerId, '/test/1')
  channel.onMessage(() => assert.fail('heard after the close'))
  // More than the window of a stream, so that most of it is still here when the channel is closed.
  for (let i = 0; i < 8; i++) channel.send(new Uint8Array(100_000))
  channel.send(new Uint8Array(7))
  channel.close()
  await ended.promise
  assert.deepEqual(heard, [...new Array<number>(8).fill(100_000), 7])
  assert.equal(channel.send(new Uint8Array(1)), true)
})

// Not after the five seconds in which a silent peer is cut off.
test('a channel that the other side ends at once is over at once', { timeout: 4_000 }, async () => {
  const family = createFamily(2)
  const [a, b] = [startDevice(family, 0), startDevice(family, 1)]
  const [nodeA, nodeB] = [await startNode(family, a), await startNode(family, b)]
  nodeB.net.handle('/test/1', (channel) => {
    channel.close()
  })
  await nodeA.dial(b.peerId, nodeB.addresses())
  for (let i = 0; i < 5; i++) {
    const channel = await nodeA.net.open(b.peerId, '/test/1')
    await new Promise<void>((resolve) => {
      channel.onClose(resolve)
    })
  }
})

test('a device at addresses that nobody understands is told as unreachable', async () => {
  const family = createFamily(2)
  const node = await startNode(family, startDevice(family, 0))
  const other = startDevice(family, 1)
  await assert.rejects(node.dial(other.peerId, ['/nonsense/x']), { code: 'unreachable' })
})
