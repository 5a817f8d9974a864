import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Channel, Net } from '@cloudos/protocol/ports'

/** A network of this process: whole messages, in order on each channel, with links that can be cut. */
export class MemoryNetwork {
  readonly #handlers = new Map<string, (channel: Channel) => void>()
  readonly #ends = new Set<ChannelEnd>()
  /** Every message that has crossed, for those who look for what must not. */
  readonly seen: Uint8Array[] = []

  join(peerId: string): Net {
    return {
      peerId,
      open: (to, protocol) => {
        const handler = this.#handlers.get(`${to} ${protocol}`)
        if (handler === undefined) return Promise.reject(new CloudError('not-connected', 'nobody answers there'))
        const near = new ChannelEnd(to, this)
        const far = new ChannelEnd(peerId, this)
        near.pairWith(far)
        far.pairWith(near)
        this.#ends.add(near).add(far)
        handler(far)
        return Promise.resolve(near)
      },
      handle: (protocol, onChannel) => {
        this.#handlers.set(`${peerId} ${protocol}`, onChannel)
      },
    }
  }

  /** Ends every channel between the two. */
  cut(a: string, b: string): void {
    for (const end of this.#ends) if (end.peerId === a && end.other.peerId === b) end.cut()
  }

  /** Resolves when nothing has been sent for some turns of the event loop: everything here is done within one or two of them. */
  async settle(): Promise<void> {
    for (let quiet = 0, count = -1; quiet < QUIET_TURNS; quiet++) {
      if (this.seen.length !== count) quiet = 0
      count = this.seen.length
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const QUIET_TURNS = 50

class ChannelEnd implements Channel {
  readonly peerId: string
  readonly #network: MemoryNetwork
  #other: ChannelEnd | undefined
  #onMessage: ((message: Uint8Array) => void) | undefined
  readonly #early: Uint8Array[] = []
  readonly #closers: (() => void)[] = []
  #closed = false
  #paused = false

  constructor(peerId: string, network: MemoryNetwork) {
    this.peerId = peerId
    this.#network = network
  }

  get other(): ChannelEnd {
    if (this.#other === undefined) throw new Error('not paired')
    return this.#other
  }

  pairWith(other: ChannelEnd): void {
    this.#other = other
  }

  send(message: Uint8Array): boolean {
    if (this.#closed) return true
    const copy = message.slice()
    this.#network.seen.push(copy)
    const { other } = this
    setImmediate(() => {
      other.#deliver(copy)
    })
    return true
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage = listener
    for (const message of this.#early.splice(0)) listener(message)
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener()
    else this.#closers.push(listener)
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    for (const message of this.#early.splice(0)) this.#deliver(message)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const listener of this.#closers.splice(0)) listener()
    // What was said before still arrives.
    setImmediate(() => this.#other?.close())
  }

  cut(): void {
    this.close()
    this.#other?.close()
  }

  #deliver(message: Uint8Array): void {
    if (this.#closed) return
    if (this.#onMessage === undefined || this.#paused) this.#early.push(message)
    else this.#onMessage(message)
  }
}
