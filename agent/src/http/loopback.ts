import type { Server } from 'node:http'
import { createServer } from 'node:net'
import type { Server as NetServer } from 'node:net'
import { findErrno } from '../broken-world.ts'

/** `taken` as soon as anybody has the port on either loopback address: half a port would leave the other half to them. */
export type Listening = { readonly kind: 'listening'; close(): Promise<void> } | { readonly kind: 'taken' }

/**
 * Binds both addresses that a browser may mean by `localhost`, and no other. Connections to the second are served by the same HTTP
 * server, so that one guard and one set of limits hold for both. A machine without IPv6 listens on the first alone.
 */
export async function listenOnLoopback(server: Server, port: number): Promise<Listening> {
  const second = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', socket)
  })
  if ((await listen(server, port, '127.0.0.1')) === 'EADDRINUSE') return { kind: 'taken' }
  const outcome = await listen(second, port, '::1')
  const close = async (): Promise<void> => {
    await Promise.all([stop(server), stop(second)])
  }
  if (outcome === 'EADDRINUSE') {
    await close()
    return { kind: 'taken' }
  }
  return { kind: 'listening', close }
}

type Outcome = 'listening' | 'EADDRINUSE' | 'no-such-address'

function listen(server: NetServer, port: number, host: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      const errno = findErrno(cause)
      if (errno === 'EADDRINUSE') resolve(errno)
      else if (errno === 'EADDRNOTAVAIL' || errno === 'EAFNOSUPPORT') resolve('no-such-address')
      else reject(cause)
    }
    server.once('error', fail)
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', fail)
      resolve('listening')
    })
  })
}

function stop(server: NetServer): Promise<void> {
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve())
    else resolve()
  })
}
