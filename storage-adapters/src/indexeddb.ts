import { openDB } from 'idb'
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStoreCapabilities, ConnectedBlobStore, HeadRead } from '@cloudos/protocol/ports'
import { roomFrom } from '@cloudos/protocol/room'
import { hashOf } from './blob-hash.ts'
import { createBlobStore } from './blob-store.ts'
import { reporting } from './dom-error.ts'
import type { Medium } from './medium.ts'

interface Schema extends DBSchema {
  heads: { key: string; value: Uint8Array<ArrayBuffer> }
  /** Counts the changes of a head and outlives its deletion: a version read before never fits again. */
  generations: { key: string; value: number }
  blobs: { key: string; value: Uint8Array<ArrayBuffer> }
}
type StoreName = 'heads' | 'generations' | 'blobs'
const HEAD_STORES: ['heads', 'generations'] = ['heads', 'generations']

/**
 * This browser as a medium: one database per profile. The browser is asked to keep it; while it has not agreed the medium is
 * `evictable`. All tabs of the origin may hold connections, transactions keep them apart.
 */
export async function connectIndexedDb(databaseName: string, failureDomain: string): Promise<ConnectedBlobStore> {
  const database = await reporting(() => openDatabase(databaseName))
  const isKept = (await navigator.storage.persisted()) || (await navigator.storage.persist())
  const { quota } = await navigator.storage.estimate()
  return createBlobStore(
    createIndexedDbMedium(database, {
      cas: true,
      maxBlobBytes: LIMITS.blobMaxBytes,
      ...(quota !== undefined && { quotaBytes: quota }),
      tellsRoom: 'place',
      evictable: !isKept,
      failureDomain,
    }),
  )
}

function openDatabase(name: string): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      for (const store of [...HEAD_STORES, 'blobs'] as const) database.createObjectStore(store)
    },
    // Another tab wants it deleted or upgraded: from here on it is gone.
    blocking(_current, _blocked, event) {
      if (event.target instanceof IDBDatabase) event.target.close()
    },
  })
}

function createIndexedDbMedium(database: IDBPDatabase<Schema>, capabilities: BlobStoreCapabilities): Medium {
  async function readBlob(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return reporting(async () => database.get('blobs', name))
  }

  return {
    capabilities,
    readHead: (name) => reporting(async () => readHeadIn(database.transaction(HEAD_STORES, 'readonly'), name)),
    casHead: (name, bytes, expected, signal) =>
      changing(database, HEAD_STORES, signal, async (change) => {
        const found = await readHeadIn(change, name)
        if (found?.version !== expected) return 'conflict'
        await nextGeneration(change, name)
        await change.objectStore('heads').put(bytes, name)
        return 'ok'
      }),
    readBlob,
    async writeBlob(name, bytes, signal) {
      const present = await readBlob(name)
      if (present === undefined || (await hashOf(present)) !== name)
        await changing(database, ['blobs'], signal, (change) => change.objectStore('blobs').put(bytes, name))
      return 'stored'
    },
    async *list() {
      for (const name of await reporting(async () => database.getAllKeys('blobs'))) yield 'b/' + name
      for (const name of await reporting(async () => database.getAllKeys('heads'))) yield 'h/' + name
    },
    delete: (stored, signal) =>
      stored.kind === 'blob'
        ? changing(database, ['blobs'], signal, (change) => change.objectStore('blobs').delete(stored.name))
        : changing(database, HEAD_STORES, signal, async (change) => {
            await nextGeneration(change, stored.name)
            await change.objectStore('heads').delete(stored.name)
          }),
    async measureRoom() {
      const { usage, quota } = await navigator.storage.estimate()
      return usage === undefined ? {} : roomFrom(quota, usage)
    },
    async [Symbol.asyncDispose]() {
      database.close()
    },
  }
}

type Transaction<Stores extends StoreName[], Mode extends IDBTransactionMode> = IDBPTransaction<Schema, Stores, Mode>
type HeadStores = typeof HEAD_STORES

async function readHeadIn(
  transaction: Transaction<HeadStores, 'readonly'> | Transaction<HeadStores, 'readwrite'>,
  name: string,
): Promise<HeadRead | undefined> {
  const bytes = await transaction.objectStore('heads').get(name)
  const generation = await transaction.objectStore('generations').get(name)
  return bytes && { heads: [bytes], version: String(generation) }
}

async function nextGeneration(change: Transaction<HeadStores, 'readwrite'>, name: string): Promise<void> {
  const generations = change.objectStore('generations')
  await generations.put(((await generations.get(name)) ?? 0) + 1, name)
}

/** One transaction, on disk when it resolves; when it rejects nothing of it happened. */
async function changing<Stores extends StoreName[], T>(
  database: IDBPDatabase<Schema>,
  stores: Stores,
  signal: AbortSignal,
  work: (change: Transaction<Stores, 'readwrite'>) => Promise<T>,
): Promise<T> {
  return reporting(async () => {
    signal.throwIfAborted()
    const change = database.transaction(stores, 'readwrite', { durability: 'strict' })
    const [outcome] = await Promise.all([work(change), change.done])
    return outcome
  })
}
