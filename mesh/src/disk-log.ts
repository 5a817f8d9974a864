import { concatBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { DocId, Incarnation } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { AppendFile, Disk } from '@cloudos/protocol/ports'
import type { FrameLog, FrameStore, LogDamage, LogRecord } from './frame-log.ts'
import { encodeRecord, findRecord, readRecord, RECORD_HEADER_BYTES } from './log-records.ts'

/** Twice the largest record, so that a window that begins at a record always holds it whole. */
const WINDOW_BYTES = 2 * (LIMITS.frameMaxBytes + RECORD_HEADER_BYTES)

/** Who looks for one frame reads little more than that: peers repeat old frames often, and may do so to keep the disk busy. */
const FIRST_WINDOW_BYTES = 16 * 1024

export function createDiskStore(disk: Disk): FrameStore {
  return {
    list: async () => {
      const names = await disk.list()
      return names.flatMap((name) => (name.endsWith('.log') ? (findId('DocId', name.slice(0, -4)) ?? []) : []))
    },
    openLog: (docId) => openDiskLog(disk, docId),
  }
}

async function openDiskLog(disk: Disk, docId: DocId): Promise<FrameLog> {
  const { file, offsets, damages } = await openRepaired(disk, docId)
  const identity = await disk.identity(`${docId}.log`)
  const mark = parseMark(await disk.readFile(`${docId}.mark`))
  const clean =
    damages.length === 0 && mark?.state === 'clean' && mark.identity === identity && mark.sizeBytes === file.sizeBytes
  return new DiskLog(disk, docId, file, identity, offsets, damages, clean ? mark.incarnation : undefined)
}

interface OpenedFile extends Recovery {
  readonly file: AppendFile
}

/**
 * A damaged record is cut out of the file once its bytes are kept aside: left where it is, it would cost a new chain at each start. A log
 * too long to be rewritten in one piece stays as it is, and so does one for which the disk has no room.
 */
async function openRepaired(disk: Disk, docId: DocId): Promise<OpenedFile> {
  const name = `${docId}.log`
  const file = await disk.openAppend(name)
  const { offsets, damages } = await recover(disk, docId, file)
  const isBroken = damages.some(({ kind }) => kind === 'damaged-record')
  if (!isBroken || file.sizeBytes > REWRITE_MAX_BYTES || !(await rewrite(disk, name, file, offsets)))
    return { file, offsets, damages }
  await file.close()
  const whole = await disk.openAppend(name)
  const again = await recover(disk, docId, whole)
  return { file: whole, offsets: again.offsets, damages: [...damages, ...again.damages] }
}

/** It goes through memory as a whole. */
const REWRITE_MAX_BYTES = 64 * 1024 * 1024

async function rewrite(disk: Disk, name: string, file: AppendFile, offsets: readonly number[]): Promise<boolean> {
  const records: Uint8Array[] = []
  for (const offset of offsets) {
    const window = await file.read(offset, Math.min(WINDOW_BYTES / 2, file.sizeBytes - offset))
    const found = readRecord(window, 0)
    if (found.kind === 'record') records.push(window.slice(0, found.nextOffset))
  }
  try {
    await disk.writeFile(name, concatBytes(...records))
    return true
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    return false
  }
}

class DiskLog implements FrameLog {
  readonly damages: readonly LogDamage[]
  readonly continues: Incarnation | undefined
  readonly syncsBeforeSend = false
  readonly #disk: Disk
  readonly #docId: DocId
  #file: AppendFile
  #identity: string
  /** By place; `undefined` where `replace` has emptied it. */
  #offsets: (number | undefined)[]
  /** Appended while the file was being replaced, or when it could not be written then; they stand behind the others. */
  readonly #late: Uint8Array[] = []
  #replacing: Promise<void> | undefined
  readonly #reading = new Set<Promise<Uint8Array>>()
  #begun: Incarnation | undefined
  #broken = false
  #syncing: Promise<void> | undefined
  #nextSync: Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(
    disk: Disk,
    docId: DocId,
    file: AppendFile,
    identity: string,
    offsets: number[],
    damages: readonly LogDamage[],
    continues: Incarnation | undefined,
  ) {
    this.#disk = disk
    this.#docId = docId
    this.#file = file
    this.#identity = identity
    this.#offsets = offsets
    this.damages = damages
    this.continues = continues
  }

  get frameCount(): number {
    return this.#offsets.length + this.#late.length
  }

  async begin(incarnation: Incarnation): Promise<void> {
    this.#begun = incarnation
    await this.#writeMark('open', incarnation)
  }

  append(frame: Uint8Array): number {
    if (this.#broken) throw logBroken()
    if (this.#replacing !== undefined || this.#late.length > 0)
      return this.#offsets.length + this.#late.push(frame.slice()) - 1
    this.#write(frame)
    return this.#offsets.length - 1
  }

  #write(frame: Uint8Array): void {
    const start = this.#file.sizeBytes
    try {
      this.#file.append(encodeRecord(frame))
    } catch (cause) {
      this.#undo(start)
      throw cause
    }
    this.#offsets.push(start)
  }

  /** Group commit: callers that arrive while a sync is under way share the next one. */
  sync(): Promise<void> {
    if (this.#syncing === undefined) return this.#startSync()
    this.#nextSync ??= this.#syncing.then(
      () => this.#startSync(),
      () => this.#startSync(),
    )
    return this.#nextSync
  }

  async *scan(fromIndex: number): AsyncIterable<LogRecord> {
    let index = fromIndex
    let wantedBytes = FIRST_WINDOW_BYTES
    while (index < this.frameCount) {
      const late = this.#late[index - this.#offsets.length]
      // Both as they are at this moment: what is read below lies where these say, whatever is replaced meanwhile.
      const [file, offsets] = [this.#file, this.#offsets]
      const base = offsets[index]
      if (late !== undefined) yield { index, frame: late }
      if (base === undefined) {
        index += 1
        continue
      }
      const recordBytes = (offsetFrom(offsets, index + 1) ?? file.sizeBytes) - base
      const length = Math.min(Math.max(wantedBytes, recordBytes), WINDOW_BYTES, file.sizeBytes - base)
      const window = await this.#read(file, base, length)
      wantedBytes = WINDOW_BYTES
      const firstIndex = index
      for (; index < offsets.length; index++) {
        const offset = offsets[index]
        if (offset === undefined) continue
        const found = readRecord(window, offset - base)
        if (found.kind !== 'record') break
        yield { index, frame: found.frame }
      }
      if (index === firstIndex)
        throw new CloudError(
          'log-damaged',
          `Frame ${String(index)} of document ${this.#docId} can no longer be read from disk.`,
        )
    }
  }

  async #read(file: AppendFile, offset: number, length: number): Promise<Uint8Array> {
    const reading = file.read(offset, length)
    this.#reading.add(reading)
    try {
      return await reading
    } finally {
      this.#reading.delete(reading)
    }
  }

  async replace(dropped: ReadonlySet<number>, records: ReadonlyMap<number, Uint8Array>): Promise<void> {
    const replacing = this.#replaceFile(dropped, records)
    this.#replacing = replacing.catch(() => undefined)
    try {
      await replacing
    } finally {
      this.#replacing = undefined
      // Who asks for what came meanwhile to be durable is told when it cannot be.
      this.sync().catch(() => undefined)
    }
  }

  /** What comes meanwhile waits in memory, and is on neither file before it is on the new one: nothing of it has been called durable. */
  async #replaceFile(dropped: ReadonlySet<number>, records: ReadonlyMap<number, Uint8Array>): Promise<void> {
    const [old, name] = [this.#file, `${this.#docId}.log`]
    await Promise.allSettled([this.#syncing])
    const { bytes, offsets } = await this.#rewritten(dropped, records)
    await this.#disk.writeFile(name, bytes)
    try {
      const file = await this.#disk.openAppend(name)
      this.#identity = await this.#disk.identity(name)
      this.#file = file
      this.#offsets = offsets
    } catch (cause) {
      // The old file is no longer the log: nothing may be written to it.
      this.#broken = true
      throw cause
    }
    await Promise.allSettled(this.#reading)
    await old.close()
    if (this.#begun !== undefined || this.continues === undefined) return
    // Without a mark that fits the next start begins a new chain, and that is all.
    await this.#writeMark('clean', this.continues).catch(() => undefined)
  }

  async #rewritten(
    dropped: ReadonlySet<number>,
    records: ReadonlyMap<number, Uint8Array>,
  ): Promise<{ readonly bytes: Uint8Array; readonly offsets: (number | undefined)[] }> {
    const parts = new Map([...records].map(([place, record]) => [place, encodeRecord(record)]))
    const places = this.#offsets.length
    for await (const { index, frame } of this.scan(0)) {
      if (index >= places) break
      if (!dropped.has(index) && !parts.has(index)) parts.set(index, encodeRecord(frame))
    }
    const offsets = Array.from({ length: places }, (): number | undefined => undefined)
    let sizeBytes = 0
    const inOrder = [...parts].sort(([a], [b]) => a - b)
    for (const [place, { length }] of inOrder) {
      offsets[place] = sizeBytes
      sizeBytes += length
    }
    if (sizeBytes > REWRITE_MAX_BYTES)
      throw new CloudError('log-too-long', 'This log is too long to be rewritten in one piece. It stays as it is.')
    return { bytes: concatBytes(...inOrder.map(([, record]) => record)), offsets }
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  async #finish(): Promise<void> {
    await this.#syncFile()
    if (this.#begun !== undefined && !this.#broken) await this.#writeMark('clean', this.#begun)
    await this.#file.close()
  }

  #startSync(): Promise<void> {
    this.#nextSync = undefined
    const sync = this.#syncFile().finally(() => {
      if (this.#syncing === sync) this.#syncing = undefined
    })
    this.#syncing = sync
    return sync
  }

  async #syncFile(): Promise<void> {
    await this.#replacing
    while (this.#late.length > 0) {
      const [next] = this.#late
      if (next === undefined || this.#broken) throw logBroken()
      this.#write(next)
      this.#late.shift()
    }
    await this.#file.sync()
  }

  /** A write that failed half-way leaves a torn record: cut it off before anything is written behind it. */
  #undo(sizeBytes: number): void {
    if (this.#file.sizeBytes === sizeBytes) return
    this.#broken = true
    void this.#file.truncate(sizeBytes).then(
      () => {
        this.#broken = false
      },
      () => undefined, // it stays broken, and every later append says so
    )
  }

  async #writeMark(state: Mark['state'], incarnation: Incarnation): Promise<void> {
    const mark: Mark = { state, incarnation, identity: this.#identity, sizeBytes: this.#file.sizeBytes }
    await this.#disk.writeFile(`${this.#docId}.mark`, encodeMark(mark))
  }
}

/** Where the first record at this place or behind it begins. */
function offsetFrom(offsets: readonly (number | undefined)[], place: number): number | undefined {
  let at = place
  while (at < offsets.length && offsets[at] === undefined) at += 1
  return offsets[at]
}

function logBroken(): CloudError {
  return new CloudError('log-broken', 'The log could not be put right after a failed write. Restart CloudOS.')
}

interface Mark {
  readonly state: 'open' | 'clean'
  readonly incarnation: Incarnation
  readonly identity: string
  readonly sizeBytes: number
}

function encodeMark(mark: Mark): Uint8Array {
  return new TextEncoder().encode(
    [mark.state, mark.incarnation, String(mark.sizeBytes), mark.identity].join(' ') + '\n',
  )
}

function parseMark(bytes: Uint8Array | undefined): Mark | undefined {
  const [state, incarnationText, size, ...identity] = new TextDecoder().decode(bytes).trimEnd().split(' ')
  const incarnation = findId('Incarnation', incarnationText)
  if ((state !== 'open' && state !== 'clean') || incarnation === undefined) return undefined
  return { state, incarnation, sizeBytes: Number(size), identity: identity.join(' ') }
}

interface Recovery {
  readonly offsets: number[]
  readonly damages: LogDamage[]
}

async function recover(disk: Disk, docId: DocId, file: AppendFile): Promise<Recovery> {
  const offsets: number[] = []
  const damages: LogDamage[] = []
  let offset = 0
  while (offset < file.sizeBytes) {
    const window = await file.read(offset, Math.min(WINDOW_BYTES, file.sizeBytes - offset))
    const whole = takeRecords(window, offset, offsets)
    offset += whole
    if (whole > 0) continue
    const resumed = findRecord(window, 1)
    const damaged = resumed ?? window.length
    const last = resumed === undefined && offset + window.length === file.sizeBytes
    damages.push(
      await keepDamage(disk, docId, last ? 'torn-tail' : 'damaged-record', offset, window.subarray(0, damaged)),
    )
    if (last) await file.truncate(offset)
    else offset += resumed ?? window.length - WINDOW_BYTES / 2
  }
  return { offsets, damages }
}

/** How many bytes of whole records the window begins with. */
function takeRecords(window: Uint8Array, base: number, offsets: number[]): number {
  let at = 0
  for (;;) {
    const found = readRecord(window, at)
    if (found.kind !== 'record') return at
    offsets.push(base + at)
    at = found.nextOffset
  }
}

async function keepDamage(
  disk: Disk,
  docId: DocId,
  kind: LogDamage['kind'],
  offset: number,
  bytes: Uint8Array,
): Promise<LogDamage> {
  const keptAs = `${docId}.${kind}-${String(offset)}`
  await disk.writeFile(keptAs, bytes)
  return { kind, offset, bytes: bytes.length, keptAs }
}
