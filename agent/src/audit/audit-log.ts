import { auditHash } from '@cloudos/crypto/audit-chain'
import type { AuditTip } from '@cloudos/crypto/audit-chain'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { signFor } from '@cloudos/crypto/signature'
import { encodeAuditCheckpoint } from '@cloudos/protocol/audit'
import type { AuditEntry } from '@cloudos/protocol/audit'
import type { AuditQuery } from '@cloudos/protocol/audit-commands'
import { sayAuditCheckpoint, sayAuditEntry } from '@cloudos/protocol/audit-line'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { AppendFile, Clock, Disk } from '@cloudos/protocol/ports'
import { beginSegment, openChain } from './open-chain.ts'
import type { OpenChain } from './open-chain.ts'
import { readPage } from './read-page.ts'
import type { ReadPage } from './read-page.ts'
import { SEGMENT_BYTES, segmentFrom } from './segments.ts'
import type { Segment } from './segments.ts'

/** What is to be written down; its place in the chain and its times are the log's. */
export type AuditNote = Omit<AuditEntry, 'seq' | 'prev' | 'atMs' | 'monotonicMs'>

export interface AuditLogParts {
  readonly disk: Disk
  readonly identity: DeviceIdentity
  readonly clock: Clock
  /** A segment that has grown to this is left, and the chain goes on in the next. */
  readonly segmentBytes?: number
}

/** The tip as of the last checkpoint, apart from the file: what the file has lost since is seen by it. */
const TIP = 'tip'
const CHECKPOINT_ENTRIES = 64
const CHECKPOINT_MS = 60_000
const PIECE_BYTES = 64 * 1024

interface Waiting {
  readonly note: AuditNote
  readonly done: PromiseWithResolvers<void>
}

/** This device's audit chain: segments, of which the newest is appended by groups, synced once for each group. */
export class AuditLog implements AsyncDisposable {
  readonly #parts: AuditLogParts
  readonly #segments: Segment[]
  readonly #gaps: readonly number[]
  #file: AppendFile
  readonly #watchers = new Set<(entry: AuditEntry) => void>()
  #onCheckpoint: (line: string, seq: number) => void = () => undefined
  #tip: AuditTip
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #unsigned = 0
  #signedAtMs: number
  #closed = false

  /** Cuts a torn last line. When the chain has lost entries it had, it goes on after them, in a segment of its own: a gap that shows. */
  static async open(parts: AuditLogParts): Promise<AuditLog> {
    return new AuditLog(parts, await openChain(parts.disk, await readTip(parts.disk), parts.identity))
  }

  private constructor(parts: AuditLogParts, { segments, gaps, file, tip }: OpenChain) {
    this.#parts = parts
    this.#segments = [...segments]
    this.#gaps = gaps
    this.#file = file
    this.#tip = tip
    this.#signedAtMs = parts.clock.monotonicMs()
  }

  /** The newest entry on the disk. */
  get tip(): AuditTip {
    return this.#tip
  }

  /** Resolves when the note is on the disk. Rejects with a `CloudError` when it cannot be; then it is in no chain. */
  write(note: AuditNote): Promise<void> {
    if (this.#closed) return Promise.reject(new CloudError('stopping', 'This agent is stopping. Start it again.'))
    const done = Promise.withResolvers<void>()
    this.#waiting.push({ note, done })
    this.#writing ??= this.#writeAll()
    return done.promise
  }

  watch(watcher: (entry: AuditEntry) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Tells of each checkpoint that lies in the file from now on: its line, and how far it goes. */
  onCheckpoint(told: (line: string, seq: number) => void): void {
    this.#onCheckpoint = told
  }

  /** The whole chain as it is on the disk, piece by piece. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (const segment of [...this.#segments]) {
      const bytes = await this.#read(segment)
      for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES)
        yield bytes.subarray(offset, offset + PIECE_BYTES)
    }
  }

  /** The newest entries that fit, and where stretches are missing as far as is known: between segments, and within what was read. */
  async page(query: AuditQuery): Promise<ReadPage> {
    const page = await readPage([...this.#segments], query, (segment) => this.#read(segment))
    return { ...page, gaps: [...new Set([...this.#gaps, ...page.gaps])].sort((a, b) => a - b) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#writing
    if (this.#unsigned > 0) await this.#signTip()
    await this.#file.close()
  }

  /** Whatever arrives while one group is synced is the next group. */
  async #writeAll(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      await this.#writeGroup(group)
    }
    this.#writing = undefined
  }

  /** Without what a group that is being written has of its last line. */
  async #read({ name }: Segment): Promise<Uint8Array> {
    const bytes = (await this.#parts.disk.readFile(name)) ?? new Uint8Array()
    return bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const { clock, segmentBytes = SEGMENT_BYTES } = this.#parts
    if (this.#file.sizeBytes >= segmentBytes) {
      try {
        await this.#nextSegment()
      } catch (cause) {
        orBroken(cause)
        for (const { done } of group) done.reject(cause)
        return
      }
    }
    const [atMs, monotonicMs] = [clock.nowMs(), Math.round(clock.monotonicMs())]
    const before = this.#file.sizeBytes
    let tip = this.#tip
    const entries: AuditEntry[] = []
    for (const { note } of group) {
      const entry: AuditEntry = { ...note, seq: tip.seq + 1, prev: tip.hash, atMs, monotonicMs }
      tip = { seq: entry.seq, hash: auditHash(entry) }
      entries.push(entry)
    }
    try {
      this.#file.append(utf8(entries.map(sayAuditEntry).join('')))
      await this.#file.sync()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      await this.#file.truncate(before).catch(orBroken)
      for (const { done } of group) done.reject(cause)
      return
    }
    this.#tip = tip
    this.#unsigned += entries.length
    const isDue = this.#unsigned >= CHECKPOINT_ENTRIES || monotonicMs - this.#signedAtMs >= CHECKPOINT_MS
    if (isDue) await this.#signTip()
    for (const { done } of group) done.resolve()
    for (const entry of entries) for (const watcher of this.#watchers) watcher(entry)
  }

  async #nextSegment(): Promise<void> {
    if (this.#unsigned > 0) await this.#signTip()
    const next = segmentFrom(this.#tip.seq + 1)
    const file = await beginSegment(this.#parts.disk, next, this.#parts.identity)
    await this.#file.close()
    this.#file = file
    this.#segments.push(next)
  }

  async #signTip(): Promise<void> {
    const { disk, identity, clock } = this.#parts
    const before = this.#file.sizeBytes
    const payload = encodeAuditCheckpoint({ deviceId: identity.deviceId, ...this.#tip, atMs: clock.nowMs() })
    const line = sayAuditCheckpoint(payload, await signFor(identity.signer, 'audit-checkpoint', payload))
    try {
      this.#file.append(utf8(line))
      await disk.writeFile(TIP, utf8(`${String(this.#tip.seq)} ${this.#tip.hash}\n`))
      this.#unsigned = 0
      this.#signedAtMs = clock.monotonicMs()
    } catch (cause) {
      // The entries are safe; the next group tries again.
      orBroken(cause)
      await this.#file.truncate(before).catch(orBroken)
      return
    }
    this.#onCheckpoint(line, this.#tip.seq)
  }
}

function orBroken(cause: unknown): void {
  if (!(cause instanceof CloudError)) throw cause
}

async function readTip(disk: Disk): Promise<AuditTip | undefined> {
  const bytes = await disk.readFile(TIP)
  const [, seq, hex] = /^(\d{1,15}) ([0-9a-f]{64})\n$/.exec(new TextDecoder().decode(bytes)) ?? []
  const hash = findId('Hash', hex)
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash }
}
