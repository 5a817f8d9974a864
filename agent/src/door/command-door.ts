import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { serveRpc } from '@cloudos/mesh/rpc'
import type { Clock } from '@cloudos/protocol/ports'
import { brokenWorld } from '../broken-world.ts'
import { makeFolderAmongStrangers } from '../private-folder.ts'
import type { Dispatch } from '../commands/dispatch.ts'
import { createSocketChannel } from './socket-channel.ts'

export interface CommandDoor {
  close(): Promise<void>
}

/**
 * The owner's door: a socket in a folder that nobody else can enter. Whoever can open it is the owner; nothing else is asked. Throws
 * `CloudError` 'run-folder-unsafe' when somebody else made that folder first.
 */
export async function openCommandDoor(socketPath: string, dispatch: Dispatch, clock: Clock): Promise<CommandDoor> {
  if (!socketPath.startsWith('\\\\')) claimFolder(dirname(socketPath))
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serveRpc(createSocketChannel(socket, 'owner'), (call) => dispatch({ kind: 'owner' }, call), clock)
  })
  // The home is held by this process alone, so a socket that is there is the leftover of one that is gone.
  rmSync(socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(asError(brokenWorld(cause, socketPath)))
    })
    server.listen(socketPath, resolve)
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function claimFolder(folder: string): void {
  try {
    makeFolderAmongStrangers(folder)
  } catch (cause) {
    throw asError(brokenWorld(cause, folder))
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
