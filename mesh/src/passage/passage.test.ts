import assert from 'node:assert/strict'
import { once, EventEmitter } from 'node:events'
import { after, test } from 'node:test'
import { createNode } from '../agent-node.ts'
import type { MeshNode } from '../node-parts.ts'
import { createFamily, DOC, startDevice } from '../testing/family.ts'
import type { Device, Family } from '../testing/family.ts'
import { servePassages } from './serve.ts'

const running: MeshNode[] = []
after(async () => {
  for (const node of running) await node.stop()
})

async function startNode(family: Family, device: Device, listen: readonly string[]): Promise<MeshNode> {
  const admits = (peerId: string): boolean => family.membership.memberByPeer(peerId, 0) !== undefined
  const node = await createNode({ peerSeed: device.identity.peerSeed, mayConnect: admits, listen })
  running.push(node)
  device.replica.attach(node.net)
  servePassages(node.net, admits)
  return node
}

const ANYWHERE = ['/ip4/127.0.0.1/tcp/0']

/** `page` and `far` each know `between` alone. */
async function startThree(): Promise<{ family: Family; devices: Device[]; page: MeshNode; far: MeshNode }> {
  const family = createFamily(3)
  const devices = [startDevice(family, 0), startDevice(family, 1), startDevice(family, 2)]
  const [a, b, c] = devices
  if (a === undefined || b === undefined || c === undefined) throw new RangeError()
  const page = await startNode(family, a, [])
  const between = await startNode(family, b, ANYWHERE)
  const far = await startNode(family, c, [])
  await page.dial(between.peerId, between.addresses())
  await far.dial(between.peerId, between.addresses())
  return { family, devices: [a, b, c], page, far }
}

test('two devices that know only a third keep in step through it', async () => {
  const { devices, page, far } = await startThree()
  const [near, between, remote] = devices
  if (near === undefined || between === undefined || remote === undefined) throw new RangeError()
  await page.dial(far.peerId, [page.addressThrough(between.peerId)])
  assert.equal(page.relayOf(far.peerId), between.peerId)
  await near.replica.connect(page.net, far.peerId)
  const doc = await near.replica.open(DOC)
  const map = (await remote.replica.open(DOC)).ydoc.getMap('m')
  const seen = new EventEmitter()
  map.observe(() => seen.emit('change'))
  for (let nth = 0; nth < 20; nth++) doc.ydoc.getMap('m').set(`k${String(nth)}`, 'x'.repeat(40_000))
  while (map.size < 20) await once(seen, 'change', { signal: AbortSignal.timeout(10_000) })
  assert.deepEqual(map.toJSON(), doc.ydoc.getMap('m').toJSON())
  assert.deepEqual(between.replica.peers(), [])
})

test('nobody is reached through a device after being removed, and nobody who is not there', async () => {
  const { family, devices, page, far } = await startThree()
  const [, between, remote] = devices
  if (between === undefined || remote === undefined) throw new RangeError()
  await assert.rejects(page.dial(far.peerId, [page.addressThrough(far.peerId)]), { code: 'unreachable' })
  family.revoked.add(remote.identity.deviceId)
  await assert.rejects(page.dial(far.peerId, [page.addressThrough(between.peerId)]), { code: 'unreachable' })
  assert.ok(!page.connected().includes(far.peerId))
})
