/** Runs inside the page: indexeddb.test.ts calls what is exported here. */
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { connectIndexedDb } from '@cloudos/storage-adapters/indexeddb'
import { createSeededRng } from '@cloudos/storage-adapters/seeded-rng'
import { blobStoreSuite } from '@cloudos/storage-adapters/suite'
import type { MediumUnderTest } from '@cloudos/storage-adapters/suite'
import { expectInLedger, ledgerSize, writeLedgerEntry } from '@cloudos/storage-adapters/suite/ledger'
import { raceForPlaces, readPlaces } from '@cloudos/storage-adapters/suite/places'
import type { PlacesWon } from '@cloudos/storage-adapters/suite/places'
import { deleteDB, openDB } from 'idb'

declare global {
  /** The test listens here while it plans to kill this browser. */
  var acknowledge: ((name: string) => void) | undefined
}

export interface CaseResult {
  readonly number: number | undefined
  readonly name: string
  readonly failure?: string
}

export async function runSuite(name: string): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = []
  for (const { number, name: caseName, run } of await blobStoreSuite(name, databaseUnderTest))
    results.push(
      await run().then(
        () => ({ number, name: caseName }),
        (error: unknown) => ({ number, name: caseName, failure: textOf(error) }),
      ),
    )
  return results
}

async function databaseUnderTest(): Promise<MediumUnderTest> {
  const name = crypto.randomUUID()
  return {
    connect: () => connectIndexedDb(name, 'this browser'),
    async damage(stored, change) {
      const database = await openDB(name)
      const blob: unknown = await database.get('blobs', stored.slice(2))
      if (blob instanceof Uint8Array) await database.put('blobs', new Uint8Array(change(blob)), stored.slice(2))
      database.close()
    },
    [Symbol.asyncDispose]: () => deleteDB(name),
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Writes entries and returns the names of those acknowledged; each is also reported as soon as it is. */
export async function writeEntries(order: {
  readonly database: string
  readonly writer: string
  readonly count: number
}): Promise<readonly string[]> {
  await using store = await connectIndexedDb(order.database, 'this browser')
  const acknowledged: string[] = []
  for (let index = 0; index < order.count; index++) {
    const name = await writeLedgerEntry(store, `${order.writer} wrote ${index}`)
    acknowledged.push(name)
    globalThis.acknowledge?.(name)
  }
  return acknowledged
}

export async function checkEntries(order: {
  readonly database: string
  readonly acknowledged: readonly string[]
}): Promise<number> {
  await using store = await connectIndexedDb(order.database, 'this browser')
  const names = order.acknowledged.map((name) => findId('Hash', name)).filter((name) => name !== undefined)
  await expectInLedger(store, names)
  return names.length
}

export async function countEntries(database: string): Promise<number> {
  await using store = await connectIndexedDb(database, 'this browser')
  return await ledgerSize(store)
}

export async function race(order: {
  readonly database: string
  readonly letter: string
  readonly places: number
}): Promise<PlacesWon> {
  await using store = await connectIndexedDb(order.database, 'this browser')
  return await raceForPlaces(store, order.letter, order.places)
}

export async function readLetters(database: string): Promise<string> {
  await using store = await connectIndexedDb(database, 'this browser')
  return await readPlaces(store)
}

/** Puts blobs until one is refused, then reads every one of them again. */
export async function fillUntilRefused(database: string): Promise<{
  readonly stored: number
  readonly readable: number
  readonly code: string
}> {
  await using store = await connectIndexedDb(database, 'this browser')
  const names: Hash[] = []
  let code: string | undefined
  while (code === undefined) {
    // Chromium compresses what it stores.
    const put = store.putBlob(createSeededRng(names.length).bytes(512 * 1024))
    code = await put.then(({ name }) => void names.push(name), codeOf)
  }
  const blobs = await Promise.all(names.map((name) => store.getBlob(name)))
  return { stored: names.length, readable: blobs.filter((blob) => blob !== undefined).length, code }
}

/** What a connection says after another tab has deleted its database. */
export async function codeAfterDeletion(database: string): Promise<string> {
  await using store = await connectIndexedDb(database, 'this browser')
  await deleteDB(database)
  return await store.readHead('head').then(() => 'nothing', codeOf)
}

function codeOf(error: unknown): string {
  return error instanceof CloudError ? error.code : textOf(error)
}
