import type { Socket } from 'node:net'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'
import { Assembler, frameMessage } from '@cloudos/mesh/message-channel'

/** The same messages as over libp2p, on a socket that only its owner can open. */
export function createSocketChannel(socket: Socket, peerId: string): Channel {
  const messages = new Assembler(LIMITS.rpcMaxBytes + 1024)
  const early: Uint8Array[] = []
  let onMessage: ((message: Uint8Array) => void) | undefined
  const deliver = (message: Uint8Array): void => {
    if (onMessage === undefined) early.push(message)
    else onMessage(message)
  }
  socket.on('data', (chunk) => {
    if (!messages.take(chunk, deliver)) socket.destroy()
  })
  // What went wrong does not matter to anybody: 'close' follows, and that is what ends a command.
  socket.on('error', () => undefined)
  return {
    peerId,
    send: (message) => socket.destroyed || socket.write(frameMessage(message)),
    drained: (signal) =>
      new Promise((resolve) => {
        if (socket.destroyed || !socket.writableNeedDrain || signal?.aborted === true) {
          resolve()
          return
        }
        const done = (): void => {
          socket.off('drain', done).off('close', done)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        socket.once('drain', done).once('close', done)
        signal?.addEventListener('abort', done, { once: true })
      }),
    onMessage: (listener) => {
      onMessage = listener
      for (const message of early.splice(0)) listener(message)
    },
    onClose: (listener) => {
      if (socket.destroyed) listener()
      else socket.once('close', listener)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.destroy(),
  }
}
