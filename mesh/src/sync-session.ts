import type { CloudError } from '@cloudos/protocol/cloud-error'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import type { ChainKey, DocId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'
import type { AdmittedFrame } from './admission.ts'
import { Outbox } from './outbox.ts'
import type { SealedDoc } from './sealed-doc.ts'
import { PartsInbox } from './snapshots/gather-parts.ts'
import { encodeSyncMessage, parseSyncMessage } from './sync-messages.ts'
import type { Seqs, SyncMessage } from './sync-messages.ts'

export interface SyncSessionParts {
  readonly channel: Channel
  /** Opens a document the peer names; `undefined` when there may be no more, or when it cannot be opened. */
  readonly openDoc: (docId: DocId) => Promise<SealedDoc | undefined>
  /** A document could not be read from its log. */
  readonly onBroken: (docId: DocId, cause: CloudError) => void
  /** The peer has these frames on its own disk. */
  readonly onKept: (docId: DocId, seqs: Seqs) => void
}

interface Shared {
  readonly doc: SealedDoc
  readonly outbox: Outbox
  readonly inbox: PartsInbox
}

/** Enough to keep the verifier busy while more is on its way. */
const UNJUDGED_MAX_BYTES = 2 * LIMITS.frameMaxBytes

/** `/cloudos/sync/1` with one peer: both say what they have, both send the rest, then every new frame as it comes. */
export class SyncSession {
  readonly peerId: string
  readonly #parts: SyncSessionParts
  readonly #stopped = new AbortController()
  readonly #shared = new Map<DocId, Shared>()
  readonly #asked = new Map<ChainKey, number>()
  #incoming: Promise<void> = Promise.resolve()
  #unjudgedBytes = 0

  constructor(parts: SyncSessionParts) {
    this.#parts = parts
    this.peerId = parts.channel.peerId
    parts.channel.onMessage((bytes) => {
      this.#receive(bytes)
    })
    parts.channel.onClose(() => {
      this.#stopped.abort()
    })
  }

  /** Begins to keep the peer in step with this document; harmless when it already is. */
  share(doc: SealedDoc): void {
    if (this.#shared.has(doc.docId)) return
    const outbox = new Outbox(doc, this.#parts.channel, this.#stopped.signal, (cause) => {
      this.#parts.onBroken(doc.docId, cause)
    })
    this.#shared.set(doc.docId, { doc, outbox, inbox: new PartsInbox() })
    this.#sayHave(doc)
  }

  /** Asks for everything again: after new members or keys, frames once refused may be welcome. */
  ask(): void {
    for (const { doc } of this.#shared.values()) this.#sayHave(doc)
  }

  pass(docId: DocId, admitted: AdmittedFrame): void {
    this.#shared.get(docId)?.outbox.pass(admitted)
  }

  /** The document has come to stand on a snapshot, which the peer may lack. */
  passBase(docId: DocId): void {
    this.#shared.get(docId)?.outbox.readOn()
  }

  sayKept(doc: SealedDoc, seqs: Seqs): void {
    if (this.#shared.has(doc.docId)) this.#say({ kind: 'kept', docId: doc.docId, seqs })
  }

  close(): void {
    this.#stopped.abort()
    this.#parts.channel.close()
  }

  #sayHave(doc: SealedDoc): void {
    this.#say({ kind: 'have', docId: doc.docId, seqs: seqsOf(doc) })
  }

  #say(message: SyncMessage): void {
    if (!this.#stopped.signal.aborted) this.#parts.channel.send(encodeSyncMessage(message))
  }

  #receive(bytes: Uint8Array): void {
    if (this.#stopped.signal.aborted) return
    const message = parseSyncMessage(bytes)
    if (message === undefined) {
      this.close()
      return
    }
    if (message.kind === 'frame') {
      this.#receiveFrame(message.bytes)
      return
    }
    if (message.kind === 'base') {
      this.#receiveBase(message.bytes)
      return
    }
    this.#incoming = this.#incoming.then(() => this.#answer(message))
    this.#waitFor(this.#incoming, bytes.length)
  }

  #receiveBase(bytes: Uint8Array): void {
    const found = this.#parseFor(bytes)
    const judging = found?.shared.doc.admitPart(found.shared.inbox, found.frame, this.peerId)
    if (judging !== undefined) this.#waitFor(judging, bytes.length)
  }

  /** A frame of a document that has not been spoken of ends the session, and so does what is none. */
  #parseFor(bytes: Uint8Array): { readonly frame: ParsedFrame; readonly shared: Shared } | undefined {
    const parsed = parseFrame(bytes)
    const shared = parsed.ok ? this.#shared.get(parsed.value.header.docId) : undefined
    if (parsed.ok && shared !== undefined) return { frame: parsed.value, shared }
    this.close()
    return undefined
  }

  #receiveFrame(bytes: Uint8Array): void {
    const found = this.#parseFor(bytes)
    if (found === undefined) return
    const { frame, shared } = found
    shared.outbox.peerSent(frame.chain, frame.header.seq)
    const judging = shared.doc.admit(bytes, this.peerId)
    if (judging === undefined) this.#askForGaps(shared.doc)
    else
      this.#waitFor(
        judging.then(() => {
          this.#askForGaps(shared.doc)
        }),
        bytes.length,
      )
  }

  /** A peer that says more than can be worked off is made to wait; nothing piles up here. */
  #waitFor(work: Promise<void>, bytes: number): void {
    this.#unjudgedBytes += bytes
    if (this.#unjudgedBytes > UNJUDGED_MAX_BYTES) this.#parts.channel.pause()
    void work.then(() => {
      this.#unjudgedBytes -= bytes
      if (this.#unjudgedBytes < UNJUDGED_MAX_BYTES / 2) this.#parts.channel.resume()
    })
  }

  /** Each gap is asked for once; a reconnect asks anew. */
  #askForGaps(doc: SealedDoc): void {
    for (const { chain, fromSeq } of doc.gaps()) {
      if ((this.#asked.get(chain) ?? 0) >= fromSeq) continue
      this.#asked.set(chain, fromSeq)
      this.#say({ kind: 'want', docId: doc.docId, chain, fromSeq })
    }
  }

  async #answer(message: Exclude<SyncMessage, { kind: 'frame' | 'base' }>): Promise<void> {
    if (message.kind === 'kept') {
      if (this.#shared.has(message.docId)) this.#parts.onKept(message.docId, message.seqs)
      return
    }
    const doc = await this.#parts.openDoc(message.docId)
    if (doc === undefined || this.#stopped.signal.aborted) return
    this.share(doc)
    const outbox = this.#shared.get(message.docId)?.outbox
    if (message.kind === 'have') outbox?.peerHas(message.seqs)
    else outbox?.peerWants(message.chain, message.fromSeq)
  }
}

export function seqsOf(doc: SealedDoc): Seqs {
  return new Map([...doc.heads()].map(([chain, tip]) => [chain, tip.seq]))
}
