import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A CLOUDOS_HOME that does not exist yet, and a port for it. Disposing deletes everything in it. */
export interface Home extends AsyncDisposable {
  readonly folder: string
  /** Where the agent of this home makes its socket. */
  readonly runtimeFolder: string
  readonly port: number
}

export async function createHome(): Promise<Home> {
  const outer = await mkdtemp(join(tmpdir(), 'cloudos-e2e-'))
  return {
    folder: join(outer, 'home'),
    runtimeFolder: outer,
    port: await findFreePort(),
    [Symbol.asyncDispose]: () => rm(outer, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/**
 * Below the ports that systems give to outgoing connections, and apart from those of a story that runs at the same time: nobody takes it
 * while an agent restarts.
 */
let nextPort = 20_000 + ((process.pid * 61) % 12_000)

export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = nextPort
    nextPort = nextPort === 32_000 ? 20_000 : nextPort + 1
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') resolve(false)
      else if (cause.code === 'EADDRNOTAVAIL' || cause.code === 'EAFNOSUPPORT') resolve(true)
      else reject(cause)
    })
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}
