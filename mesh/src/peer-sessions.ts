import { LIMITS } from '@cloudos/protocol/limits'

export interface PeerSession {
  readonly peerId: string
  close(): void
}

/**
 * The open sessions of one protocol. A peer may have several: a home and its copy are two processes with one key, and neither may push
 * the other out. Of more than `connectionsPerPeer` accepted the oldest ends; of those dialled, the one before.
 */
export class PeerSessions<Session extends PeerSession> implements Iterable<Session> {
  readonly #open = new Set<Session>()
  readonly #dialledByPeer = new Map<string, Session>()

  peers(): readonly string[] {
    return [...new Set(Array.from(this.#open, ({ peerId }) => peerId))]
  }

  accept(session: Session): void {
    const same = [...this.#open].filter(({ peerId }) => peerId === session.peerId)
    if (same.length >= LIMITS.connectionsPerPeer) same[0]?.close()
    this.#open.add(session)
  }

  dial(session: Session): void {
    this.#dialledByPeer.get(session.peerId)?.close()
    this.#dialledByPeer.set(session.peerId, session)
    this.#open.add(session)
  }

  /** Once it has ended. */
  remove(session: Session): void {
    this.#open.delete(session)
    if (this.#dialledByPeer.get(session.peerId) === session) this.#dialledByPeer.delete(session.peerId)
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#open.values()
  }
}
