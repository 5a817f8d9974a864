/*
 * One of two processes of a lockstep measurement: `author` edits, `reader` says when it sees the edit. The same file runs the product's
 * path (signed, sealed, logged on both disks, over libp2p) and the plain one (Yjs over a bare websocket), so that only the path differs.
 */
import { createServer, connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { createDisk } from '@cloudos/agent/disk'
import { nodeClock, nodeRng } from '@cloudos/agent/node-ports'
import { createNode } from '@cloudos/mesh/agent-node'
import { createDiskStore } from '@cloudos/mesh/disk-log'
import { startReplica } from '@cloudos/mesh/replica'
import { createFamily, DOC } from '@cloudos/mesh/testing/family'
import { WebSocket, WebSocketServer } from 'ws'
import * as Y from 'yjs'

export interface LockstepOrder {
  readonly role: 'author' | 'reader'
  readonly path: 'sealed' | 'plain'
  readonly folder: string
  readonly edits: number
  readonly warmUps: number
}

/** Where the reader can be reached: by the path under test, and by the socket on which it says that it has seen an edit. */
interface Reader {
  readonly address: string
  readonly tickPath: string
}

const order = JSON.parse(process.argv[2] ?? '') as LockstepOrder
const ydoc = await openDocument()
if (order.role === 'reader') await read()

async function openDocument(): Promise<Y.Doc> {
  if (order.path === 'plain') return new Y.Doc()
  const family = createFamily(2, 42)
  const identity = family.identities[order.role === 'author' ? 0 : 1]
  if (identity === undefined) throw new RangeError('no such device')
  const node = await createNode({
    peerSeed: identity.peerSeed,
    mayConnect: () => true,
    listen: order.role === 'reader' ? ['/ip4/127.0.0.1/tcp/0'] : [],
  })
  const replica = startReplica({
    identity,
    membership: family.membership,
    store: createDiskStore(createDisk(join(order.folder, order.role))),
    clock: nodeClock,
    rng: nodeRng,
    onIncident: (incident) => {
      throw new Error(`unexpected incident: ${incident.kind}`)
    },
  })
  replica.attach(node.net)
  const doc = await replica.open(DOC)
  if (order.role === 'reader') announce(node.addresses()[0] ?? '')
  else
    process.once('message', (reader: Reader) => {
      const other = family.membership.members()[1]
      if (other === undefined) throw new RangeError('no reader')
      void node
        .dial(other.peerId, [reader.address])
        .then(() => replica.connect(node.net, other.peerId))
        .then(() => author(reader))
    })
  return doc.ydoc
}

function announce(address: string): void {
  const reader: Reader = { address, tickPath: join(order.folder, `${order.path}.tick`) }
  process.send?.(reader)
}

/** Sees each edit, notes how long it took on the clock both processes share, and lets the author go on. */
async function read(): Promise<void> {
  if (order.path === 'plain') listenPlain()
  const map = ydoc.getMap<string>('m')
  const tookUs: number[] = []
  const ticks = createServer((socket) => {
    socket.setNoDelay(true)
    socket.write('.') // the author may begin
    map.observe(() => {
      tookUs.push(Number(process.hrtime.bigint() - BigInt(map.get('sent') ?? '0')) / 1000)
      if (tookUs.length === order.edits + order.warmUps) process.send?.({ tookUs: tookUs.slice(order.warmUps) })
      // After this turn: a lone edit is measured, and what is left to do for this one must not be in the way of the next.
      setImmediate(() => socket.write('.'))
    })
  })
  ticks.listen(join(order.folder, `${order.path}.tick`))
  await new Promise((resolve) => process.once('disconnect', resolve))
  process.exit()
}

function author(reader: Reader): void {
  const map = ydoc.getMap<string>('m')
  const ticks: Socket = connect(reader.tickPath)
  let sent = 0
  ticks.on('data', () => {
    if (sent === order.edits + order.warmUps) return
    sent += 1
    setImmediate(() => map.set('sent', String(process.hrtime.bigint())))
  })
}

function listenPlain(): void {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  server.on('listening', () => {
    const { port } = server.address() as { port: number }
    announce(`ws://127.0.0.1:${String(port)}`)
  })
  server.on('connection', (socket) => {
    socket.on('message', (update: Buffer) => {
      Y.applyUpdate(ydoc, update)
    })
  })
}

if (order.role === 'author' && order.path === 'plain')
  process.once('message', (reader: Reader) => {
    const socket = new WebSocket(reader.address, { perMessageDeflate: false })
    ydoc.on('update', (update: Uint8Array) => {
      socket.send(update)
    })
    socket.on('open', () => {
      author(reader)
    })
  })
process.once('disconnect', () => process.exit())
