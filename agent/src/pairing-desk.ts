import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseCertificate } from '@cloudos/protocol/certificate'
import type { PairingRefusal, WaitingDevice } from '@cloudos/protocol/commands'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { JoinRequest } from '@cloudos/mesh/pairing/pair'

interface OpenLink {
  readonly secret: Uint8Array
  readonly expiresAtMs: number
  triesLeft: number
}

interface Visitor {
  readonly device: WaitingDevice
  readonly decided: PromiseWithResolvers<readonly Uint8Array[]>
}

/** The links that are open, and the devices that have proved one and wait for the owner's word. */
export class PairingDesk {
  readonly #clock: Clock
  readonly #rng: Rng
  #links: readonly OpenLink[] = []
  readonly #visitors = new Map<string, Visitor>()
  readonly #watchers = new Set<(device: WaitingDevice) => void>()

  constructor(clock: Clock, rng: Rng) {
    this.#clock = clock
    this.#rng = rng
  }

  /** A fresh secret, for one use within ten minutes and five tries. */
  openLink(): { readonly secret: Uint8Array; readonly expiresAtMs: number } {
    const link = {
      secret: this.#rng.bytes(16),
      expiresAtMs: this.#clock.nowMs() + LIMITS.pairingTtlMs,
      triesLeft: LIMITS.pairingTries,
    }
    this.#links = [...this.#openLinks(), link]
    return link
  }

  /** Whether strangers may knock: only while a link is out. */
  isOpen(): boolean {
    return this.#openLinks().length > 0
  }

  secrets(): readonly Uint8Array[] {
    return this.#openLinks().map(({ secret }) => secret)
  }

  /** A link has done its work and works no more. Throws when it had before: two may have proved it at the same time. */
  use(secret: Uint8Array): void {
    const open = this.#openLinks()
    this.#links = open.filter((link) => link.secret !== secret)
    if (this.#links.length === open.length)
      throw new CloudError('pairing-refused', 'That link has been used or has expired. Make a new one.')
  }

  /** Somebody did not know the secret. Which link they meant cannot be told, so it counts against all. */
  countFailure(): void {
    for (const link of this.#links) link.triesLeft -= 1
  }

  /** Puts a device before the owner and waits for the entries that let it in; rejects when it is refused or `signal` aborts. */
  receive({ handshake, certificate }: JoinRequest, signal: AbortSignal): Promise<readonly Uint8Array[]> {
    if (!parseCertificate(certificate).ok)
      return Promise.reject(new CloudError('pairing-refused', 'That device shows no certificate. Nothing was shared.'))
    const { peer, words, transcript } = handshake
    const requestId = hexFromBytes(this.#rng.bytes(16))
    const device = { requestId, name: peer.name, class: peer.class, words, certificate, challenge: transcript }
    const decided = Promise.withResolvers<readonly Uint8Array[]>()
    this.#visitors.set(requestId, { device, decided })
    const expire = (): void => {
      decided.reject(new CloudError('pairing-expired', 'Nobody confirmed in time.'))
    }
    if (signal.aborted) expire()
    else signal.addEventListener('abort', expire, { once: true })
    for (const watcher of this.#watchers) watcher(device)
    return decided.promise.finally(() => this.#visitors.delete(requestId))
  }

  /** Tells of every device that waits now or comes later. Returns the unsubscriber. */
  watch(watcher: (device: WaitingDevice) => void): () => void {
    this.#watchers.add(watcher)
    for (const { device } of this.#visitors.values()) watcher(device)
    return () => this.#watchers.delete(watcher)
  }

  /** The owner's yes. `entries` is the log that lets the device in, and is in force here already. */
  admit(requestId: string, entries: readonly Uint8Array[]): void {
    this.#visitor(requestId).decided.resolve(entries)
  }

  /** Throws when the device has gone. */
  checkWaiting(requestId: string): void {
    this.#visitor(requestId)
  }

  refuse(requestId: string, reason: PairingRefusal['reason']): void {
    this.#visitor(requestId).decided.reject(new CloudError(reason, 'The owner did not let this device in.'))
  }

  #visitor(requestId: string): Visitor {
    const visitor = this.#visitors.get(requestId)
    if (visitor === undefined)
      throw new CloudError('nobody-waits', 'That device is no longer waiting. Make a new link and try again.')
    return visitor
  }

  #openLinks(): readonly OpenLink[] {
    const nowMs = this.#clock.nowMs()
    return this.#links.filter(({ expiresAtMs, triesLeft }) => expiresAtMs > nowMs && triesLeft > 0)
  }
}
