import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Net } from '@cloudos/protocol/ports'
import { PeerSessions } from '../peer-sessions.ts'
import type { RenewalBook } from './renewal-book.ts'

export const RENEWALS_PROTOCOL = '/cloudos/renewals/1'

export interface RenewalExchangeParts {
  readonly book: RenewalBook
  /** In and not revoked, however old its certificate: it may show that it was renewed, and nothing else. */
  readonly mayKnock: (peerId: string) => boolean
  /** In with a live certificate. */
  readonly admits: (peerId: string) => boolean
}

/** Keeps renewals the same on all devices in reach. It comes before all other protocols: with it a lapsed device gets in again. */
export class RenewalExchange {
  readonly #parts: RenewalExchangeParts
  readonly #sessions = new PeerSessions<RenewalSession>()
  readonly #leave: () => void

  constructor(parts: RenewalExchangeParts) {
    this.#parts = parts
    this.#leave = parts.book.onChanged(() => {
      for (const session of this.#sessions) session.sayAll()
    })
  }

  attach(net: Net): void {
    net.handle(RENEWALS_PROTOCOL, (channel) => {
      this.#start(channel, 'accept')
    })
  }

  /** Resolves when both sides have what either had, or when the other side has nothing to say to this one. */
  async connect(net: Net, peerId: string, signal?: AbortSignal): Promise<void> {
    const channel = await net.open(peerId, RENEWALS_PROTOCOL, signal)
    await this.#start(channel, 'dial')?.answered
  }

  close(): void {
    this.#leave()
    for (const session of this.#sessions) session.close()
  }

  #start(channel: Channel, how: 'accept' | 'dial'): RenewalSession | undefined {
    if (!this.#parts.mayKnock(channel.peerId)) {
      channel.close()
      return undefined
    }
    const session = new RenewalSession(channel, how, this.#parts)
    this.#sessions[how](session)
    channel.onClose(() => {
      this.#sessions.remove(session)
    })
    return session
  }
}

/** The dialler speaks first. The other side answers once it lets the dialler in, and ends the conversation when it does not. */
class RenewalSession {
  readonly peerId: string
  readonly #channel: Channel
  readonly #parts: RenewalExchangeParts
  readonly #answered = Promise.withResolvers<void>()
  #hasSpoken: boolean
  #incoming: Promise<void> = Promise.resolve()

  constructor(channel: Channel, how: 'accept' | 'dial', parts: RenewalExchangeParts) {
    this.peerId = channel.peerId
    this.#channel = channel
    this.#parts = parts
    this.#hasSpoken = how === 'dial'
    if (this.#hasSpoken) this.sayAll()
    channel.onMessage((bytes) => {
      this.#incoming = this.#incoming.then(() => this.#receive(bytes))
    })
    channel.onClose(() => {
      this.#answered.resolve()
    })
  }

  get answered(): Promise<void> {
    return this.#answered.promise
  }

  sayAll(): void {
    if (this.#hasSpoken) this.#channel.send(encodeRenewals(this.#parts.book.signed()))
  }

  close(): void {
    this.#channel.close()
  }

  /** What cannot be written down now is not answered for: the peer says it again when it comes back. */
  async #receive(bytes: Uint8Array): Promise<void> {
    const renewals = parseRenewals(bytes)
    if (renewals === undefined) {
      this.close()
      return
    }
    try {
      await this.#parts.book.take(renewals)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.close()
      return
    }
    this.#answered.resolve()
    if (this.#hasSpoken) return
    if (!this.#parts.admits(this.peerId)) {
      this.close()
      return
    }
    this.#hasSpoken = true
    this.sayAll()
  }
}

export function encodeRenewals(renewals: readonly Uint8Array[]): Uint8Array {
  return encodeCbor([...renewals])
}

/** `undefined` for anything else: the session ends. */
export function parseRenewals(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const decoded = decodeCbor(bytes)
  if (!decoded.ok || !Array.isArray(decoded.value) || decoded.value.length > LIMITS.devicesPerProfile) return undefined
  return decoded.value.every((item) => item instanceof Uint8Array) ? decoded.value : undefined
}
