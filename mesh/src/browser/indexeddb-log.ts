import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase } from 'idb'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DocId, Incarnation } from '@cloudos/protocol/ids'
import type { FrameLog, FrameStore, LogRecord } from '../frame-log.ts'

interface Schema extends DBSchema {
  /** By document and place. A place without a frame has been emptied: a batch is one transaction, and batches are written in order. */
  frames: { key: [DocId, number]; value: Uint8Array }
  logs: { key: DocId; value: { readonly incarnation: Incarnation } }
}
type Database = IDBPDatabase<Schema>

export interface IndexedDbStore extends FrameStore, Disposable {}

const SCAN_BATCH = 256
const STRICT = { durability: 'strict' } as const

/**
 * The frames of a browser profile. Only one tab may hold it open for writing (leadership.ts). A tab is killed without a chance to
 * close, so frames are durable before they are sent and the next leader always goes on with the chain.
 */
export async function openIndexedDbStore(name: string): Promise<IndexedDbStore> {
  const database = await attempt(() =>
    openDB<Schema>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('frames')
        fresh.createObjectStore('logs')
      },
      blocking: (_current, _blocked, event) => {
        // Another tab wants the database gone (site data cleared, a later version): holding on would hang it.
        if (event.target instanceof IDBDatabase) event.target.close()
      },
    }),
  )
  return {
    list: () => attempt(() => database.getAllKeys('logs')),
    openLog: (docId) => openLog(database, docId),
    [Symbol.dispose]: () => {
      database.close()
    },
  }
}

async function openLog(database: Database, docId: DocId): Promise<FrameLog> {
  const last = await attempt(() => database.transaction('frames').store.openKeyCursor(places(docId, 0), 'prev'))
  const log = await attempt(() => database.get('logs', docId))
  return new IndexedDbLog(database, docId, last === null ? 0 : last.key[1] + 1, log?.incarnation)
}

class IndexedDbLog implements FrameLog {
  readonly damages = []
  readonly syncsBeforeSend = true
  readonly continues: Incarnation | undefined
  readonly #database: Database
  readonly #docId: DocId
  /** How many frames are in the database; those behind them wait in `#unwritten`. */
  #written: number
  readonly #unwritten: Uint8Array[] = []
  #writing: Promise<void> | undefined
  #nextWrite: Promise<void> | undefined

  constructor(database: Database, docId: DocId, written: number, continues: Incarnation | undefined) {
    this.#database = database
    this.#docId = docId
    this.#written = written
    this.continues = continues
  }

  get frameCount(): number {
    return this.#written + this.#unwritten.length
  }

  async begin(incarnation: Incarnation): Promise<void> {
    await attempt(() => {
      const write = this.#database.transaction('logs', 'readwrite', STRICT)
      return Promise.all([write.store.put({ incarnation }, this.#docId), write.done])
    })
  }

  append(frame: Uint8Array): number {
    return this.#written + this.#unwritten.push(frame.slice()) - 1
  }

  /** Group commit. When the browser refuses, the frames stay in memory, in order, and the next sync tries them again. */
  sync(): Promise<void> {
    if (this.#writing === undefined) return this.#startWrite()
    this.#nextWrite ??= this.#writing.then(
      () => this.#startWrite(),
      () => this.#startWrite(),
    )
    return this.#nextWrite
  }

  async *scan(fromIndex: number): AsyncIterable<LogRecord> {
    let index = fromIndex
    while (index < this.frameCount) {
      const waiting = this.#unwritten[index - this.#written]
      if (waiting !== undefined) {
        yield { index, frame: waiting }
        index += 1
        continue
      }
      const range = places(this.#docId, index)
      const [keys, frames] = await attempt(() => {
        const { store } = this.#database.transaction('frames')
        return Promise.all([store.getAllKeys(range, SCAN_BATCH), store.getAll(range, SCAN_BATCH)])
      })
      if (frames.length === 0)
        throw new CloudError('log-damaged', `The browser lost frame ${String(index)} of document ${this.#docId}.`)
      for (const [at, frame] of frames.entries()) {
        const place = keys[at]?.[1] ?? index
        yield { index: place, frame }
        index = place + 1
      }
    }
  }

  async replace(dropped: ReadonlySet<number>, records: ReadonlyMap<number, Uint8Array>): Promise<void> {
    await this.sync()
    await attempt(() => {
      const write = this.#database.transaction('frames', 'readwrite', STRICT)
      const goes = runsOf(dropped).map(([from, to]) =>
        write.store.delete(IDBKeyRange.bound([this.#docId, from], [this.#docId, to])),
      )
      const comes = [...records].map(([place, record]) => write.store.put(record, [this.#docId, place]))
      return Promise.all([...goes, ...comes, write.done])
    })
  }

  close(): Promise<void> {
    return this.sync()
  }

  #startWrite(): Promise<void> {
    this.#nextWrite = undefined
    const write = this.#write().finally(() => {
      if (this.#writing === write) this.#writing = undefined
    })
    this.#writing = write
    return write
  }

  async #write(): Promise<void> {
    const batch = this.#unwritten.slice()
    if (batch.length === 0) return
    await attempt(() => {
      const write = this.#database.transaction('frames', 'readwrite', STRICT)
      const puts = batch.map((frame, nth) => write.store.put(frame, [this.#docId, this.#written + nth]))
      return Promise.all([...puts, write.done])
    })
    this.#unwritten.splice(0, batch.length)
    this.#written += batch.length
  }
}

function places(docId: DocId, from: number): IDBKeyRange {
  return IDBKeyRange.bound([docId, from], [docId, Infinity])
}

/** Places next to each other, as the first and last of each row of them. */
function runsOf(dropped: ReadonlySet<number>): readonly (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (const place of [...dropped].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last?.[1] === place - 1) last[1] = place
    else runs.push([place, place])
  }
  return runs
}

/** A database that was closed under us throws at once, a full disk rejects later: both are the broken world. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw storageError(cause)
  }
}

function storageError(cause: unknown): CloudError {
  if (cause instanceof DOMException && cause.name === 'QuotaExceededError')
    return new CloudError(
      'disk-full',
      'This browser has no room left for CloudOS. Free some disk space; what is saved stays saved.',
      cause,
    )
  return new CloudError(
    'browser-storage',
    "This browser's storage does not answer. Reload the page; what is saved stays saved.",
    cause,
  )
}
