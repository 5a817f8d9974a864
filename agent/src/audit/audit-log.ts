import { auditHash } from '@cloudos/crypto/audit-chain'
import type { AuditTip } from '@cloudos/crypto/audit-chain'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { signFor } from '@cloudos/crypto/signature'
import { encodeAuditCheckpoint } from '@cloudos/protocol/audit'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { parseAuditLine, sayAuditCheckpoint, sayAuditEntry, sayAuditOwner } from '@cloudos/protocol/audit-line'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId, NO_HASH } from '@cloudos/protocol/ids'
import type { AppendFile, Clock, Disk } from '@cloudos/protocol/ports'

/** What is to be written down; its place in the chain and its times are the log's. */
export type AuditNote = Omit<AuditEntry, 'seq' | 'prev' | 'atMs' | 'monotonicMs'>

export interface AuditLogParts {
  readonly disk: Disk
  readonly identity: DeviceIdentity
  readonly clock: Clock
}

const FILE = 'audit.jsonl'
/** The tip as of the last checkpoint, apart from the file: what the file has lost since is seen by it. */
const TIP = 'tip'
const CHECKPOINT_ENTRIES = 64
const CHECKPOINT_MS = 60_000

interface Waiting {
  readonly note: AuditNote
  readonly done: PromiseWithResolvers<void>
}

/** This device's audit chain: one file, appended by groups, synced once for each group. */
export class AuditLog implements AsyncDisposable {
  readonly #parts: AuditLogParts
  readonly #file: AppendFile
  readonly #watchers = new Set<(entry: AuditEntry) => void>()
  #tip: AuditTip
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  #unsigned = 0
  #signedAtMs: number
  #closed = false

  /** Cuts a torn last line. When the file has lost entries it had, it is kept apart and the chain goes on after them: a gap that shows. */
  static async open(parts: AuditLogParts): Promise<AuditLog> {
    const { disk, identity, clock } = parts
    const remembered = await readTip(disk)
    let file = await disk.openAppend(FILE)
    const found = await readChain(file)
    if (found.wholeBytes < file.sizeBytes) await file.truncate(found.wholeBytes)
    let tip = found.tip ?? NOWHERE
    if (remembered !== undefined && tip.seq < remembered.seq) {
      await disk.writeFile(`audit-${String(clock.nowMs())}.jsonl`, await file.read(0, file.sizeBytes))
      await file.close()
      await disk.remove(FILE)
      file = await disk.openAppend(FILE)
      tip = remembered
    }
    if (file.sizeBytes === 0) file.append(utf8(sayAuditOwner(identity.deviceId, identity.signer.publicKey)))
    return new AuditLog(parts, file, tip)
  }

  private constructor(parts: AuditLogParts, file: AppendFile, tip: AuditTip) {
    this.#parts = parts
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

  /** The whole file as it is on the disk, piece by piece. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    const PIECE = 64 * 1024
    const end = this.#file.sizeBytes
    for (let offset = 0; offset < end; offset += PIECE) yield this.#file.read(offset, Math.min(PIECE, end - offset))
  }

  async *entries(): AsyncGenerator<AuditEntry> {
    let rest = ''
    const decoder = new TextDecoder()
    for await (const piece of this.pieces()) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const parsed = parseAuditLine(line)
        if (parsed?.kind === 'entry') yield parsed.entry
      }
    }
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

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const { clock } = this.#parts
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
    }
  }
}

const NOWHERE: AuditTip = { seq: 0, hash: NO_HASH }

function orBroken(cause: unknown): void {
  if (!(cause instanceof CloudError)) throw cause
}

async function readTip(disk: Disk): Promise<AuditTip | undefined> {
  const bytes = await disk.readFile(TIP)
  const [, seq, hex] = /^(\d{1,15}) ([0-9a-f]{64})\n$/.exec(new TextDecoder().decode(bytes)) ?? []
  const hash = findId('Hash', hex)
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash }
}

interface Found {
  readonly tip: AuditTip | undefined
  /** Up to the end of the last whole line. */
  readonly wholeBytes: number
}

async function readChain(file: AppendFile): Promise<Found> {
  const bytes = await file.read(0, file.sizeBytes)
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1
  const lines = new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split('\n')
  for (const line of lines.reverse()) {
    const parsed = parseAuditLine(line)
    if (parsed?.kind === 'entry')
      return { tip: { seq: parsed.entry.seq, hash: auditHash(parsed.entry, parsed.bytes) }, wholeBytes }
  }
  return { tip: undefined, wholeBytes }
}
