import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/**
 * Where an attacker's name leads: at first to the attacker's own page, and from `rebind` on to a port of this machine, byte for byte.
 * To the browser and to whoever listens there it is a name whose address has changed under an open page.
 */
export interface ReboundName extends AsyncDisposable {
  readonly port: number
  rebind(): void
}

const ATTACK_PAGE = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/html',
  'Cache-Control: no-store',
  'Connection: close',
  '',
  '<!doctype html><title>An attack</title>',
].join('\r\n')

export async function startReboundName(victimPort: number): Promise<ReboundName> {
  let bound = false
  const open = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    return socket.on('error', () => socket.destroy())
  }
  const server = createServer((socket) => {
    keep(socket)
    // With the first bytes, not before: browsers connect in advance, and such a socket must not miss the change.
    socket.once('data', (first) => {
      if (!bound) socket.end(ATTACK_PAGE)
      else {
        const onward = keep(connect(victimPort, '127.0.0.1'))
        onward.write(first)
        socket.pipe(onward).pipe(socket)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    rebind: () => {
      bound = true
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
