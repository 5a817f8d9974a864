import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** What the agent would look like without its guard: it answers whoever asks. An attack that gets nothing here proves nothing. */
export interface UnguardedServer extends AsyncDisposable {
  readonly port: number
  /** POST requests it has obeyed. */
  readonly writes: number
}

export const SECRET = 'the secret of the unguarded server'

export async function startUnguardedServer(): Promise<UnguardedServer> {
  let writes = 0
  const server = createServer((request, response) => {
    if (request.method === 'POST') writes += 1
    const [type, body] = FILES[request.url ?? ''] ?? ['text/plain', SECRET]
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  const sockets = new WebSocketServer({ server })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get writes() {
      return writes
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Names that the agent's page has too. */
const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/theme.js': ['text/javascript', ''],
  '/mark.svg': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
}
