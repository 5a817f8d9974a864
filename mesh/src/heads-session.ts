import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
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
}

const HEADS = 0
const ENTRIES_HELD = 1
const ENTRIES = 2
const GROUP_BYTES = 256 * 1024

/** `/cloudos/heads/1` with one peer: who is in, and how far each of us is, signed. Both sides end up with the same authority log. */
export class HeadsSession {
  readonly peerId: string
  readonly #parts: HeadsSessionParts
  #incoming: Promise<void> = Promise.resolve()

  constructor(parts: HeadsSessionParts) {
    this.#parts = parts
    this.peerId = parts.channel.peerId
    parts.channel.onMessage((bytes) => {
      this.#incoming = this.#incoming.then(() => this.#receive(bytes))
    })
    this.sayEntries()
  }

  /** Tells which entries are here; the peer sends what it has beyond them, and asks by telling its own. */
  sayEntries(): void {
    const hashes = [...this.#parts.authority.entries().keys()].map((hash) => bytesFromId(hash))
    this.#parts.channel.send(encodeCbor([ENTRIES_HELD, hashes]))
  }

  sayHeads(signed: readonly Uint8Array[]): void {
    if (signed.length > 0) this.#parts.channel.send(encodeCbor([HEADS, signed]))
  }

  close(): void {
    this.#parts.channel.close()
  }

  async #receive(bytes: Uint8Array): Promise<void> {
    const decoded = decodeCbor(bytes)
    const [kind, list] = decoded.ok && Array.isArray(decoded.value) ? (decoded.value as readonly CborValue[]) : []
    if (!isBytesList(list)) {
      this.close()
      return
    }
    if (kind === ENTRIES_HELD) this.#sendMissing(list)
    else if (kind === ENTRIES) await this.#parts.authority.take(list)
    else if (kind === HEADS) for (const signed of list) await this.#parts.takeHeads(signed, this.peerId)
    else this.close()
  }

  #sendMissing(theirs: readonly Uint8Array[]): void {
    const held = new Set(theirs.flatMap((hash) => (hash.length === 32 ? [idFromBytes('Hash', hash)] : [])))
    const missing = [...this.#parts.authority.entries()].flatMap(([hash, entry]) => (held.has(hash) ? [] : [entry]))
    for (const group of groupsOf(missing)) this.#parts.channel.send(encodeCbor([ENTRIES, group]))
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
