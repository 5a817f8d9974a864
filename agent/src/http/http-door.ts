import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import fastify from 'fastify'
import type { FastifyReply } from 'fastify'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { guardRequest, guardUpgrade } from './guard.ts'
import type { DoorAddress } from './guard.ts'
import { listenOnLoopback } from './loopback.ts'
import { findPageFile, withNonce } from './page-files.ts'
import { createRate } from './rate.ts'
import { contentSecurityPolicy, SECURITY_HEADERS } from './security-headers.ts'

export interface HttpDoorParts {
  /** The built control plane. */
  readonly pageFolder: string
  readonly allowedOrigins: ReadonlySet<string>
  readonly clock: Clock
  readonly rng: Rng
}

/** Takes over a websocket handshake that has passed the guard. */
export type UpgradeTaker = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** The one port. It serves the page, hands guarded upgrades on, and does nothing else for anybody. */
export interface HttpDoor {
  readonly port: number
  /** One taker at a time; without one, upgrades are answered and ended. */
  takeUpgrades(taker: UpgradeTaker | undefined): void
  close(): Promise<void>
}

/** `undefined` when the port is taken. */
export async function findHttpDoor(port: number, parts: HttpDoorParts): Promise<HttpDoor | undefined> {
  const door: DoorAddress = { port, allowedOrigins: parts.allowedOrigins }
  const { server, sockets, onUpgrade } = guardedServer(door, parts.clock)
  const app = fastify({
    logger: false,
    serverFactory: (handler) =>
      server.on('request', (request, response) => passOrEnd(request, response, door, handler)),
    clientErrorHandler: (_error, socket) => {
      // Behind an answer there is nothing more to say, or rubbish after a refused request would be refused again.
      if (socket.bytesWritten > 0) socket.destroySoon()
      else endBarely(socket)
    },
  })
  app.get('/*', (request, reply) => servePage(parts, request.url, reply))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send())
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send())
  await app.ready()
  const listening = await listenOnLoopback(server, port)
  if (listening.kind === 'taken') return undefined
  return {
    port,
    takeUpgrades: onUpgrade,
    async close() {
      const closed = listening.close()
      for (const socket of sockets) socket.destroy()
      await closed
      await app.close()
    },
  }
}

async function servePage(parts: HttpDoorParts, target: string, reply: FastifyReply): Promise<FastifyReply> {
  const nonce = Buffer.from(parts.rng.bytes(16)).toString('base64')
  void reply.headers({ ...SECURITY_HEADERS, 'content-security-policy': contentSecurityPolicy(nonce) })
  const file = await findPageFile(parts.pageFolder, target)
  if (file === undefined) return reply.code(404).send()
  void reply.headers({ 'content-type': file.contentType, 'cache-control': file.cacheControl })
  return reply.send(file.contentType.startsWith('text/html') ? withNonce(file.bytes.toString(), nonce) : file.bytes)
}

interface GuardedServer {
  readonly server: Server
  readonly sockets: ReadonlySet<Socket>
  readonly onUpgrade: (taker: UpgradeTaker | undefined) => void
}

function guardedServer(door: DoorAddress, clock: Clock): GuardedServer {
  const server = createServer({
    maxHeaderSize: LIMITS.httpHeaderMaxBytes,
    headersTimeout: LIMITS.httpHeaderTimeoutMs,
    requestTimeout: LIMITS.httpHeaderTimeoutMs,
    // Node looks at its timeouts this often: by default every half minute.
    connectionsCheckingInterval: 1000,
    // The guard answers a missing Host like any other.
    requireHostHeader: false,
  })
  // Past a count Node drops headers in silence, and the guard must see every one. Their bytes are bounded above.
  server.maxHeadersCount = 0
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    if (sockets.size >= LIMITS.httpConnectionsMax) socket.destroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Without these listeners Node would say 100 Continue, or answer in its own words, before the guard is asked.
  for (const event of ['checkContinue', 'checkExpectation'])
    server.on(event, (_request: IncomingMessage, response: ServerResponse) => {
      refuseBarely(response)
    })
  server.on('connect', (_request, socket) => {
    endBarely(socket)
  })
  const mayUpgrade = createRate(LIMITS.upgradesPerSecond, clock)
  let taker: UpgradeTaker | undefined
  server.on('upgrade', (request, socket, head) => {
    // Node has taken its own listener off; without one a reset by the peer would end this process.
    socket.on('error', () => socket.destroy())
    const welcome = guardUpgrade(doorRequest(request), door).kind === 'allow' && mayUpgrade()
    if (welcome && taker !== undefined) taker(request, socket, head)
    else endBarely(socket)
  })
  return {
    server,
    sockets,
    onUpgrade: (next) => {
      taker = next
    },
  }
}

function passOrEnd(
  request: IncomingMessage,
  response: ServerResponse,
  door: DoorAddress,
  pass: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const verdict = guardRequest(doorRequest(request), door)
  switch (verdict.kind) {
    case 'allow':
      pass(request, response)
      return
    case 'redirect':
      response.writeHead(307, { location: verdict.location, 'cache-control': 'no-store', 'content-length': 0 }).end()
      return
    case 'refuse':
      refuseBarely(response)
  }
}

function doorRequest({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage) {
  return { method, target: url, httpVersion, rawHeaders }
}

/** Nothing that tells what is listening here, and no second request on the connection. */
function refuseBarely(response: ServerResponse): void {
  response.sendDate = false
  response.writeHead(403, { 'Content-Length': 0, Connection: 'close' }).end()
}

function endBarely(socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', () => socket.destroy())
}
