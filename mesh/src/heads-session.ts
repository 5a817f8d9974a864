import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'

export const HEADS_PROTOCOL = '/cloudos/heads/1'

/** The authority log as this device holds it. */
export interface AuthorityEntries {
  /** Hashes and bytes of all entries, in any order. */
  entries(): ReadonlyMap<Hash, Uint8Array>
  /** Takes entries that are new and hold; what does not is dropped. Resolves once they are durable and in force. */
  take(entries: readonly Uint8Array[]): Promise<void>
}

export interface HeadsSessionParts {
  readonly channel: Channel
  readonly authority: AuthorityEntries
  readonly takeHeads: (signed: Uint8Array, from: string) => Promise<void>
  readonly takeSightings: (signed: Uint8Array, from: string) => Promise<void>
}

/** Signed heads, hashes of the entries that are here, entries, or signed sightings. On the wire a kind is its place in this list. */
const KINDS = ['heads', 'entries-held', 'entries', 'sightings'] as const

export interface HeadsMessage {
  readonly kind: (typeof KINDS)[number]
  readonly items: readonly Uint8Array[]
}

const GROUP_BYTES = 256 * 1024
const WAITING_MAX_BYTES = 2 * LIMITS.frameMaxBytes

/** `/cloudos/heads/1` with one peer: who is in, how far each of us is, and what media have shown us, signed. Both sides end up with the same authority log. */
export class HeadsSession {
  readonly peerId: string
  readonly #parts: HeadsSessionParts
  /** What the peer has said that it holds, and what it was sent since; `undefined` until it has said so. */
  #theirs: Set<Hash> | undefined
  #incoming: Promise<void> = Promise.resolve()
  #waitingBytes = 0

  constructor(parts: HeadsSessionParts) {
    this.#parts = parts
    this.peerId = parts.channel.peerId
    parts.channel.onMessage((bytes) => {
      this.#queue(bytes)
    })
    this.#sayHeld()
  }

  /** Sends the entries that the peer has not got. */
  async sayNewEntries(): Promise<void> {
    if (this.#theirs === undefined) return // its own list is on its way and will be answered
    const missing: Uint8Array[] = []
    for (const [hash, entry] of this.#parts.authority.entries()) {
      if (this.#theirs.has(hash)) continue
      missing.push(entry)
      this.#theirs.add(hash)
    }
    for (const group of groupsOf(missing))
      if (!this.#parts.channel.send(encodeHeadsMessage({ kind: 'entries', items: group })))
        await this.#parts.channel.drained()
  }

  /** Tells which entries are here; the peer answers with what it has beyond them. */
  #sayHeld(): void {
    const hashes = [...this.#parts.authority.entries().keys()].map((hash) => bytesFromId(hash))
    this.#parts.channel.send(encodeHeadsMessage({ kind: 'entries-held', items: hashes }))
  }

  sayHeads(signed: readonly Uint8Array[]): void {
    for (const group of groupsOf(signed)) this.#parts.channel.send(encodeHeadsMessage({ kind: 'heads', items: group }))
  }

  saySightings(signed: readonly Uint8Array[]): void {
    for (const group of groupsOf(signed))
      this.#parts.channel.send(encodeHeadsMessage({ kind: 'sightings', items: group }))
  }

  /** The last words to a device that is no longer let in: what says so. */
  sayGoodbye(): void {
    for (const group of groupsOf([...this.#parts.authority.entries().values()]))
      this.#parts.channel.send(encodeHeadsMessage({ kind: 'entries', items: group }))
    this.close()
  }

  close(): void {
    this.#parts.channel.close()
  }

  /** One message at a time; a peer that says more than can be worked off is made to wait. */
  #queue(bytes: Uint8Array): void {
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes > WAITING_MAX_BYTES) this.#parts.channel.pause()
    this.#incoming = this.#incoming.then(async () => {
      await this.#receiveOrEnd(bytes)
      this.#waitingBytes -= bytes.length
      if (this.#waitingBytes <= WAITING_MAX_BYTES) this.#parts.channel.resume()
    })
  }

  /** What cannot be written down now is not answered for: the peer says it again when it comes back. */
  async #receiveOrEnd(bytes: Uint8Array): Promise<void> {
    try {
      await this.#receive(bytes)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.close()
    }
  }

  async #receive(bytes: Uint8Array): Promise<void> {
    const message = parseHeadsMessage(bytes)
    switch (message?.kind) {
      case 'entries-held':
        this.#theirs = new Set(message.items.flatMap((hash) => (hash.length === 32 ? [idFromBytes('Hash', hash)] : [])))
        await this.sayNewEntries()
        return
      case 'entries':
        await this.#parts.authority.take(message.items)
        return
      case 'heads':
        for (const signed of message.items) await this.#parts.takeHeads(signed, this.peerId)
        return
      case 'sightings':
        for (const signed of message.items) await this.#parts.takeSightings(signed, this.peerId)
        return
      case undefined:
        this.close()
    }
  }
}

/** Each group fits a message with room to spare. */
function groupsOf(entries: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const groups: Uint8Array[][] = []
  let room = 0
  for (const entry of entries) {
    room -= entry.length
    if (room < 0) {
      groups.push([])
      room = GROUP_BYTES - entry.length
    }
    groups.at(-1)?.push(entry)
  }
  return groups
}

function isBytesList(value: CborValue | undefined): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((item) => item instanceof Uint8Array)
}

export function encodeHeadsMessage({ kind, items }: HeadsMessage): Uint8Array {
  return encodeCbor([KINDS.indexOf(kind), items])
}

/** `undefined` for anything else: the session ends. */
export function parseHeadsMessage(bytes: Uint8Array): HeadsMessage | undefined {
  const decoded = decodeCbor(bytes)
  const [place, items, ...more] =
    decoded.ok && Array.isArray(decoded.value) ? (decoded.value as readonly CborValue[]) : []
  const kind = typeof place === 'number' ? KINDS[place] : undefined
  return kind === undefined || !isBytesList(items) || more.length > 0 ? undefined : { kind, items }
}
