import type { Replica } from './replica.ts'

/** Resolves when no session with the peer is left, whether or not it is still connected, or when `signal` aborts. */
export function outOfStep(replica: Replica, peerId: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    if (signal.aborted || !replica.peers().includes(peerId)) resolve()
  }
  const forget = replica.onPeersChanged(look)
  signal.addEventListener('abort', look)
  look()
  return promise.finally(() => {
    forget()
    signal.removeEventListener('abort', look)
  })
}
