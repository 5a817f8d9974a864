import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DocId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Clock, Net, Rng } from '@cloudos/protocol/ports'
import type { AdmittedFrame } from './admission.ts'
import type { FrameStore } from './frame-log.ts'
import type { OnIncident } from './incident.ts'
import { PeerSessions } from './peer-sessions.ts'
import { SealedDoc } from './sealed-doc.ts'
import { seqsOf, SyncSession } from './sync-session.ts'
import type { Seqs } from './sync-messages.ts'

export const SYNC_PROTOCOL = '/cloudos/sync/1'

export interface ReplicaParts {
  readonly identity: DeviceIdentity
  readonly membership: Membership
  readonly store: FrameStore
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
}

/** How long admitted frames may wait for a shared fdatasync before their sender is told that they are kept. */
const KEPT_DELAY_MS = 20

export function startReplica(parts: ReplicaParts): Replica {
  return new Replica(parts)
}

/** All documents of one profile on this device, kept in step with every peer that is attached. */
export class Replica {
  readonly #parts: ReplicaParts
  readonly #docs = new Map<DocId, Promise<SealedDoc>>()
  readonly #ready = new Map<DocId, SealedDoc>()
  readonly #sessions = new PeerSessions<SyncSession>()
  readonly #keptByPeer = new Map<DocId, Map<string, Seqs>>()
  readonly #peersListeners = new Set<(docId: DocId | undefined) => void>()
  readonly #frameListeners = new Set<() => void>()
  readonly #stopped = new AbortController()
  readonly #syncing = new Set<DocId>()
  #membership: Membership
  #closed: Promise<void> | undefined

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    this.#membership = parts.membership
  }

  get membership(): Membership {
    return this.#membership
  }

  /** New members, keys or cuts: frames once refused or parked are asked for and tried again; the revoked are let go. */
  setMembership(membership: Membership): void {
    this.#membership = membership
    const nowMs = this.#parts.clock.nowMs()
    for (const session of this.#sessions)
      if (membership.memberByPeer(session.peerId, nowMs) === undefined) session.close()
    for (const doc of this.#ready.values()) doc.membershipChanged()
    for (const session of this.#sessions) session.ask()
  }

  /** Opens a document, loading it from the log the first time; later calls get the same one. */
  open(docId: DocId): Promise<SealedDoc> {
    const known = this.#docs.get(docId)
    if (known !== undefined) return known
    const opening = this.#load(docId)
    this.#docs.set(docId, opening)
    opening.catch(() => this.#docs.delete(docId))
    return opening
  }

  docs(): readonly SealedDoc[] {
    return [...this.#ready.values()]
  }

  /** Peer ids in step with this replica now. */
  peers(): readonly string[] {
    return this.#sessions.peers()
  }

  /** How far each peer has said that it keeps this document on its own disk. */
  kept(docId: DocId): ReadonlyMap<string, Seqs> {
    return this.#keptByPeer.get(docId) ?? new Map<string, Seqs>()
  }

  /** Called when a peer comes, goes, or says what it keeps. Returns the unsubscriber. */
  onPeersChanged(listener: (docId: DocId | undefined) => void): () => void {
    this.#peersListeners.add(listener)
    return () => this.#peersListeners.delete(listener)
  }

  /** Called for each frame that a document has admitted, this device's own once they are durable. Returns the unsubscriber. */
  onFrame(listener: () => void): () => void {
    this.#frameListeners.add(listener)
    return () => this.#frameListeners.delete(listener)
  }

  /** Answers peers that open a sync channel through `net`. */
  attach(net: Net): void {
    net.handle(SYNC_PROTOCOL, (channel) => {
      this.#startSession(channel, 'accept')
    })
  }

  /** Keeps in step with a member that is reachable through `net`. */
  async connect(net: Net, peerId: string, signal?: AbortSignal): Promise<void> {
    this.#startSession(await net.open(peerId, SYNC_PROTOCOL, signal), 'dial')
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  async #finish(): Promise<void> {
    this.#stopped.abort()
    for (const session of this.#sessions) session.close()
    const closing = [...this.#docs.values()].map((opening) => opening.then((doc) => doc.close()))
    // Each log is closed cleanly even when another cannot be.
    await Promise.allSettled(closing)
    await Promise.all(closing)
  }

  async #load(docId: DocId): Promise<SealedDoc> {
    if (this.#stopped.signal.aborted) throw new CloudError('closed', 'This replica is closed.')
    const doc = await SealedDoc.open({
      docId,
      identity: this.#parts.identity,
      membership: () => this.#membership,
      rng: this.#parts.rng,
      log: await this.#parts.store.openLog(docId),
      onIncident: this.#parts.onIncident,
      onFrame: (admitted) => {
        this.#pass(docId, admitted)
      },
      onBase: () => {
        for (const session of this.#sessions) session.passBase(docId)
        this.#keepSoon(docId)
        for (const listener of this.#frameListeners) listener()
      },
    })
    this.#ready.set(docId, doc)
    for (const session of this.#sessions) session.share(doc)
    return doc
  }

  /** Every admitted frame goes on to all other peers: a browser's edit reaches the second agent through the first. */
  #pass(docId: DocId, admitted: AdmittedFrame): void {
    for (const session of this.#sessions) session.pass(docId, admitted)
    if (admitted.from !== undefined) this.#keepSoon(docId)
    for (const listener of this.#frameListeners) listener()
  }

  #keepSoon(docId: DocId): void {
    if (this.#syncing.has(docId)) return
    this.#syncing.add(docId)
    void this.#keep(docId)
  }

  async #keep(docId: DocId): Promise<void> {
    await this.#parts.clock.sleep(KEPT_DELAY_MS, this.#stopped.signal)
    this.#syncing.delete(docId)
    const doc = this.#ready.get(docId)
    if (doc === undefined || this.#stopped.signal.aborted) return
    const seqs = seqsOf(doc)
    try {
      await doc.durable()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      return // already told as an incident; nothing is claimed to be kept
    }
    for (const session of this.#sessions) session.sayKept(doc, seqs)
  }

  #startSession(channel: Channel, how: 'accept' | 'dial'): void {
    const { peerId } = channel
    const live = this.#membership.memberByPeer(peerId, this.#parts.clock.nowMs()) !== undefined
    if (!live || this.#stopped.signal.aborted) {
      channel.close()
      return
    }
    const session = new SyncSession({
      channel,
      openDoc: (docId) => this.#openNamed(docId),
      onBroken: (docId, cause) => {
        this.#tellBroken(docId, cause)
      },
      onKept: (docId, seqs) => {
        this.#noteKept(docId, peerId, seqs)
      },
    })
    this.#sessions[how](session)
    channel.onClose(() => {
      this.#sessions.remove(session)
      this.#tellPeersChanged()
    })
    for (const doc of this.#ready.values()) session.share(doc)
    this.#tellPeersChanged()
  }

  async #openNamed(docId: DocId): Promise<SealedDoc | undefined> {
    if (!this.#docs.has(docId) && this.#docs.size >= LIMITS.docsPerProfile) return undefined
    try {
      return await this.open(docId)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      if (!this.#stopped.signal.aborted) this.#tellBroken(docId, cause)
      return undefined
    }
  }

  #tellBroken(docId: DocId, { code, message }: CloudError): void {
    this.#parts.onIncident({ kind: 'not-saved', docId, code, message })
  }

  #noteKept(docId: DocId, peerId: string, seqs: Seqs): void {
    const byPeer = this.#keptByPeer.get(docId) ?? new Map<string, Seqs>()
    byPeer.set(peerId, seqs)
    this.#keptByPeer.set(docId, byPeer)
    this.#tellPeersChanged(docId)
  }

  #tellPeersChanged(docId?: DocId): void {
    for (const listener of this.#peersListeners) listener(docId)
  }
}
