import { utf8 } from '@cloudos/protocol/bytes'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore, Version } from '@cloudos/protocol/ports'
import { hashOf } from '../blob-hash.ts'
import { expect } from './expect.ts'

/*
 * The law of a save. Each entry is one flush of the shape that copies of profiles have: a blob of its own, an index that names all
 * blobs, the head that names the index; the index that no head needs any longer goes one save later. Whatever cuts a save short, the
 * head leads to a whole index and to every blob in it.
 */
const HEAD = 'journal'
const NONE = '-'

export interface Journal {
  readonly version: Version
  readonly index: Hash
  /** The index before, which goes with the next save. */
  readonly before: Hash | undefined
  readonly entries: readonly Hash[]
}

/** `undefined` while nothing was saved; throws when the head does not open. */
export async function openJournal(store: BlobStore): Promise<Journal | undefined> {
  const read = await store.readHead(HEAD)
  if (read === undefined) return undefined
  const index = findId('Hash', new TextDecoder().decode(read.heads[0]))
  expect(read.heads.length === 1 && index !== undefined, 'the head is damaged')
  const bytes = await store.getBlob(index)
  expect(bytes !== undefined, 'the head names an index that is not there')
  const [before = NONE, ...lines] = new TextDecoder().decode(bytes).split('\n')
  const entries = lines.map((line) => findId('Hash', line)).filter((entry) => entry !== undefined)
  return { version: read.version, index, before: findId('Hash', before), entries }
}

/** Opens it and everything that it leads to. */
export async function openWholeJournal(store: BlobStore): Promise<ReadonlySet<Hash>> {
  const entries = (await openJournal(store))?.entries ?? []
  const blobs = await Promise.all(entries.map((entry) => store.getBlob(entry)))
  for (const [at, blob] of blobs.entries())
    expect(blob !== undefined, `the index names a blob that is not there: ${String(entries[at])}`)
  return new Set(entries)
}

/** One try of one save; `undefined` unless it was acknowledged. */
export async function saveToJournal(store: BlobStore, text: string): Promise<Hash | undefined> {
  const journal = await openJournal(store)
  const entry = utf8(text)
  const name = await hashOf(new Uint8Array(entry))
  const index = utf8([journal?.index ?? NONE, ...(journal?.entries ?? []), name].join('\n'))
  const outcome = await store.flush({
    blobs: [entry, index],
    head: { name: HEAD, bytes: utf8(await hashOf(new Uint8Array(index))), expected: journal?.version },
    drop: journal?.before === undefined ? [] : [journal.before],
  })
  return outcome === 'ok' ? name : undefined
}
