import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { Channel, Clock, Net } from '@cloudos/protocol/ports'
import type { SightingsBook } from './copy/sightings-book.ts'
import { HeadsBook } from './heads-book.ts'
import type { HeadsMemory } from './heads-book.ts'
import { HEADS_PROTOCOL, HeadsSession } from './heads-session.ts'
import type { AuthorityEntries } from './heads-session.ts'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { Heads } from '@cloudos/protocol/heads'
import type { OnIncident } from './incident.ts'
import { namesRemoved } from './joined-cut.ts'
import { PeerSessions } from './peer-sessions.ts'
import type { Replica } from './replica.ts'
import type { SealedDoc } from './sealed-doc.ts'

export interface HeadsExchangeParts {
  readonly replica: Replica
  readonly identity: DeviceIdentity
  readonly authority: AuthorityEntries & { readonly tip: () => Hash }
  readonly memory: HeadsMemory
  readonly sightings: SightingsBook
  readonly clock: Clock
  readonly onIncident: OnIncident
}

const NOTHING = new Uint8Array(0)

/** While documents change, heads are signed and shown this often; a burst costs one signature. */
const HEADS_EVERY_MS = 30_000

export async function startHeadsExchange(parts: HeadsExchangeParts): Promise<HeadsExchange> {
  const book = await HeadsBook.open({
    identity: parts.identity,
    membership: () => parts.replica.membership,
    memory: parts.memory,
    onIncident: parts.onIncident,
  })
  return new HeadsExchange(parts, book)
}

/** Keeps the authority log the same on all devices in reach, and tells each how far this one is. */
export class HeadsExchange {
  readonly #parts: HeadsExchangeParts
  readonly #book: HeadsBook
  readonly #sessions = new PeerSessions<HeadsSession>()
  readonly #stopped = new AbortController()
  readonly #shown = new Map<string, Uint8Array>()
  #sightingsShown: ReadonlySet<Uint8Array> = new Set()
  readonly #listeners = new Set<() => void>()

  constructor(parts: HeadsExchangeParts, book: HeadsBook) {
    this.#parts = parts
    this.#book = book
    void this.#showRegularly()
  }

  attach(net: Net): void {
    net.handle(HEADS_PROTOCOL, (channel) => {
      this.#start(channel, 'accept')
    })
  }

  async connect(net: Net, peerId: string, signal?: AbortSignal): Promise<void> {
    this.#start(await net.open(peerId, HEADS_PROTOCOL, signal), 'dial')
  }

  /** The authority log has grown here: tell everybody, so that a revocation is everywhere in seconds. */
  authorityChanged(): void {
    const { membership } = this.#parts.replica
    const nowMs = this.#parts.clock.nowMs()
    for (const session of this.#sessions) {
      if (membership.memberByPeer(session.peerId, nowMs) === undefined) session.sayGoodbye()
      else void session.sayNewEntries()
    }
    void this.#show((doc) => namesRemoved({ docId: doc.docId, chains: chainsOf(doc) }, membership))
  }

  /** How far every device that is still in has said to be. */
  *heads(): Iterable<Heads> {
    for (const { value } of this.#book.newest()) yield value
  }

  /** Called when another device has shown newer heads. Returns the unsubscriber. */
  onHeads(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Signs and shows the heads of all documents now, and what media have shown. */
  show(): Promise<void> {
    return this.#show(() => true)
  }

  async #show(isWanted: (doc: SealedDoc) => boolean): Promise<void> {
    const signed: Uint8Array[] = []
    for (const doc of this.#parts.replica.docs()) {
      if (!isWanted(doc)) continue
      const bytes = await this.#findSigned(doc)
      if (bytes === undefined || equalBytes(this.#shown.get(doc.docId) ?? NOTHING, bytes)) continue
      signed.push(bytes)
      this.#shown.set(doc.docId, bytes)
    }
    const sightings = this.#parts.sightings.signed()
    const news = sightings.filter((bytes) => !this.#sightingsShown.has(bytes))
    this.#sightingsShown = new Set(sightings)
    for (const session of this.#sessions) {
      session.sayHeads(signed)
      session.saySightings(news)
    }
  }

  /** This device's signed heads of every document, as they are now. */
  async signed(): Promise<readonly Uint8Array[]> {
    const signed: Uint8Array[] = []
    for (const doc of this.#parts.replica.docs()) {
      const bytes = await this.#findSigned(doc)
      if (bytes !== undefined) signed.push(bytes)
    }
    return signed
  }

  close(): void {
    this.#stopped.abort()
    for (const session of this.#sessions) session.close()
  }

  async #showRegularly(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#parts.clock.sleep(HEADS_EVERY_MS, signal)
      if (!signal.aborted) await this.show()
    }
  }

  #start(channel: Channel, how: 'accept' | 'dial'): void {
    const { peerId } = channel
    const { replica, authority, clock } = this.#parts
    if (replica.membership.memberByPeer(peerId, clock.nowMs()) === undefined || this.#stopped.signal.aborted) {
      channel.close()
      return
    }
    const session = new HeadsSession({
      channel,
      authority,
      takeHeads: (signed, from) => this.#take(signed, from),
      takeSightings: (signed, from) => this.#takeSightings(signed, from),
    })
    this.#sessions[how](session)
    channel.onClose(() => {
      this.#sessions.remove(session)
    })
    void this.#greet(session)
  }

  async #greet(session: HeadsSession): Promise<void> {
    const signed = [...(await this.signed())]
    const { membership } = this.#parts.replica
    for (const { value, payload, signature } of this.#book.newest())
      if (value.deviceId !== this.#parts.identity.deviceId && namesRemoved(value, membership))
        signed.push(encodeSigned(payload, signature))
    session.sayHeads(signed)
    session.saySightings(this.#parts.sightings.signed())
  }

  /** Carried on to all: the two that a medium shows two faces to may never meet. */
  async #takeSightings(signed: Uint8Array, from: string): Promise<void> {
    if (!(await this.#parts.sightings.take(signed))) return
    for (const session of this.#sessions) if (session.peerId !== from) session.saySightings([signed.slice()])
  }

  /** What says how far a removed device was believed is carried on to all: who draws the cut may never meet who said it. */
  async #take(signed: Uint8Array, from: string): Promise<void> {
    const { replica } = this.#parts
    const news = await this.#book.take(signed, from, (docId) => replica.docs().find((doc) => doc.docId === docId))
    if (news === undefined) return
    if (namesRemoved(news.value, replica.membership))
      for (const session of this.#sessions) if (session.peerId !== from) session.sayHeads([signed.slice()])
    for (const listener of this.#listeners) listener()
  }

  /** Heads that cannot be remembered are not shown: the owner is told of the disk, and the next round tries again. */
  async #findSigned(doc: SealedDoc): Promise<Uint8Array | undefined> {
    try {
      return await this.#book.sign(doc, this.#parts.authority.tip(), this.#parts.clock.nowMs())
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      const { code, message } = cause
      this.#parts.onIncident({ kind: 'not-saved', docId: doc.docId, code, message })
      return undefined
    }
  }
}

function chainsOf(doc: SealedDoc): Heads['chains'] {
  return new Map([...doc.heads()].map(([chain, { seq, id }]) => [chain, { seq, frameId: id }]))
}
