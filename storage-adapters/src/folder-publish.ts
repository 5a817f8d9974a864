import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { CasOutcome } from '@cloudos/protocol/ports'
import { hashOf } from './blob-hash.ts'
import type { FolderFiles } from './folder-files.ts'
import { generationPath, listGenerations } from './folder-heads.ts'
import type { FolderHead } from './folder-heads.ts'
import { unpublishedName } from './folder-names.ts'
import { encodeHeadRecord, REPLACES_MAX } from './head-record.ts'

/** So many generations stay: readers and sync programs lag behind by fewer. */
const KEPT_GENERATIONS = 8

/** How a record gets to its place: `alone` in its generation, or beside what other machines may have put there. */
export type Company = 'alone' | 'beside-others'

/** Makes `head` (`undefined`: its deletion) stand in for all that was `seen`. */
export async function publishHead(
  files: FolderFiles,
  target: { readonly name: string; readonly seen: FolderHead; readonly company: Company },
  head: Uint8Array<ArrayBuffer> | undefined,
  signal: AbortSignal,
): Promise<CasOutcome> {
  const { name, seen } = target
  const generation = (seen.generations[0] ?? 0) + 1
  const replaces = [...seen.live.keys(), ...seen.replaced].slice(0, REPLACES_MAX)
  const record = encodeHeadRecord({ replaces, head })
  const draft: Draft = { name, generation, hash: await hashOf(record), record }
  await clearReplaced(files, name, seen, generation - KEPT_GENERATIONS)
  if (seen.generations.length === 0) await makeDurableDirectory(files, 'h', name)
  const placed = await (target.company === 'alone' ? placeAlone : placeBesideOthers)(files, draft, signal)
  if (placed !== 'moved') return placed === 'taken' ? 'conflict' : 'unknown'
  return orUnknown(settle(files, name, generation))
}

/** Writes a blob or replaces a damaged one. */
export async function publishBlob(
  files: FolderFiles,
  name: Hash,
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<'stored' | 'unknown'> {
  const draft = unpublishedName()
  const placed = await discardingUnplaced(files, [draft], async () => {
    await files.writeNew(draft, bytes)
    signal.throwIfAborted()
    return movedOrUnknown(files.replace(draft, 'b/' + name))
  })
  return placed === 'moved' ? keepBlob(files) : 'unknown'
}

/** Whoever put the blobs that are there: from now on their names outlive a power cut. */
export function keepBlob(files: FolderFiles): Promise<'stored' | 'unknown'> {
  return orUnknown(files.syncDirectory('b').then(() => 'stored'))
}

interface Draft {
  readonly name: string
  readonly generation: number
  readonly hash: Hash
  readonly record: Uint8Array<ArrayBuffer>
}

export type Placed = 'moved' | 'taken' | 'unknown'

async function placeAlone(files: FolderFiles, draft: Draft, signal: AbortSignal): Promise<Placed> {
  const directory = unpublishedName()
  const file = `${directory}/${draft.hash}`
  return discardingUnplaced(files, [file, directory], async () => {
    await files.makeDirectory(directory)
    await files.writeNew(file, draft.record)
    signal.throwIfAborted()
    return movedOrUnknown(files.move(directory, generationPath(draft.name, draft.generation)))
  })
}

async function placeBesideOthers(files: FolderFiles, draft: Draft, signal: AbortSignal): Promise<Placed> {
  const file = unpublishedName()
  const directory = generationPath(draft.name, draft.generation)
  return discardingUnplaced(files, [file], async () => {
    await files.writeNew(file, draft.record)
    await files.makeDirectory(directory)
    signal.throwIfAborted()
    return movedOrUnknown(files.replace(file, `${directory}/${draft.hash}`))
  })
}

async function settle(files: FolderFiles, name: string, generation: number): Promise<CasOutcome> {
  await files.syncDirectory(generationPath(name, generation))
  await files.syncDirectory('h/' + name)
  const newest = (await listGenerations(files, name))[0] ?? generation
  // So far behind, the place may have been free only because it had been cleaned: the record then stands beside the newest one.
  return newest - generation < KEPT_GENERATIONS ? 'ok' : 'unknown'
}

/** Only what is known to be replaced: a record that a sync program brings late stays. */
async function clearReplaced(files: FolderFiles, name: string, seen: FolderHead, upTo: number): Promise<void> {
  for (const generation of seen.generations.filter((candidate) => candidate <= upTo)) {
    const directory = generationPath(name, generation)
    const entries = (await files.list(directory)) ?? []
    const replaced = [...seen.replaced].filter((hash) => entries.includes(hash))
    for (const path of [...replaced.map((hash) => `${directory}/${hash}`), directory])
      await files.remove(path).catch(leftForLater)
  }
}

/** Two writers may clear at once, and a server then refuses one of them: no reason for not saving. */
function leftForLater(cause: unknown): void {
  if (!(cause instanceof CloudError)) throw cause
}

async function makeDurableDirectory(files: FolderFiles, parent: string, name: string): Promise<void> {
  await files.makeDirectory(`${parent}/${name}`)
  await files.syncDirectory(parent)
}

/** A write that did not get to its place leaves nothing behind, least of all on a full disk. */
export async function discardingUnplaced(
  files: FolderFiles,
  paths: readonly string[],
  place: () => Promise<Placed>,
): Promise<Placed> {
  let placed: Placed | undefined
  try {
    placed = await place()
    return placed
  } finally {
    // What cannot be removed now is cleared by a later connection; the first fault says more.
    if (placed !== 'moved') for (const path of paths) await Promise.allSettled([files.remove(path)])
  }
}

/** A full disk or a missing permission says no; after any other fault the move may have happened. */
export async function movedOrUnknown(moving: Promise<'moved' | 'taken'>): Promise<Placed> {
  return moving.catch((error: unknown) => {
    if (error instanceof CloudError && error.code !== 'medium-full' && error.code !== 'medium-forbidden')
      return 'unknown'
    throw error
  })
}

/** The write is in its place: a fault from here on leaves open whether it will be found again. */
async function orUnknown<T>(working: Promise<T>): Promise<T | 'unknown'> {
  return working.catch((error: unknown) => {
    if (error instanceof CloudError) return 'unknown'
    throw error
  })
}
