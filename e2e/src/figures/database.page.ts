/** Runs inside the page: a browser's database as a medium, for whoever calls it from outside. Bytes travel in base64. */
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobOutcome, CasOutcome } from '@cloudos/protocol/ports'
import { connectIndexedDb } from '@cloudos/storage-adapters/indexeddb'
import { openWholeJournal, saveToJournal } from '@cloudos/storage-adapters/suite/journal'
import { raceForPlaces, readPlaces } from '@cloudos/storage-adapters/suite/places'
import type { PlacesWon } from '@cloudos/storage-adapters/suite/places'

declare global {
  /** The figure listens here while it plans to close this page. */
  var acknowledge: ((name: string) => void) | undefined
}

const connect = (database: string) => connectIndexedDb(database, 'this browser')

export async function readHead(order: {
  readonly database: string
  readonly name: string
}): Promise<{ readonly head: string; readonly version: string } | undefined> {
  await using store = await connect(order.database)
  const read = await store.readHead(order.name)
  return read && { head: textOf(read.heads[0]), version: read.version }
}

export async function flush(order: {
  readonly database: string
  readonly blobs: readonly string[]
  readonly head: { readonly name: string; readonly bytes: string; readonly expected?: string }
  readonly drop: readonly Hash[]
}): Promise<CasOutcome> {
  await using store = await connect(order.database)
  const { name, bytes, expected } = order.head
  const head = { name, bytes: bytesOf(bytes), expected }
  return await store.flush({ blobs: order.blobs.map(bytesOf), head, drop: order.drop })
}

export async function putBlob(order: { readonly database: string; readonly bytes: string }): Promise<BlobOutcome> {
  await using store = await connect(order.database)
  return await store.putBlob(bytesOf(order.bytes))
}

export async function getBlob(order: { readonly database: string; readonly name: Hash }): Promise<string | undefined> {
  await using store = await connect(order.database)
  const bytes = await store.getBlob(order.name)
  return bytes && textOf(bytes)
}

export async function list(database: string): Promise<readonly string[]> {
  await using store = await connect(database)
  const names: string[] = []
  for await (const name of store.list('')) names.push(name)
  return names
}

/** Saves until the page is closed; each acknowledged entry is told of at once. */
export async function saveForEver(order: { readonly database: string; readonly text: string }): Promise<void> {
  await using store = await connect(order.database)
  for (let index = 0; ; index++) {
    const name = await saveToJournal(store, `${order.text}, ${index}`)
    if (name !== undefined) globalThis.acknowledge?.(name)
  }
}

/** The entries that the head leads to; rejects when it does not open. */
export async function openAll(database: string): Promise<readonly string[]> {
  await using store = await connect(database)
  return [...(await openWholeJournal(store))]
}

export async function race(order: {
  readonly database: string
  readonly letter: string
  readonly places: number
}): Promise<PlacesWon> {
  await using store = await connect(order.database)
  return await raceForPlaces(store, order.letter, order.places)
}

export async function letters(database: string): Promise<string> {
  await using store = await connect(database)
  return await readPlaces(store)
}

function textOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}
