import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { hashOf } from './blob-hash.ts'
import type { FolderFiles } from './folder-files.ts'
import { findHeadRecord, HEAD_RECORD_MAX_BYTES } from './head-record.ts'
import type { HeadRecord } from './head-record.ts'
import { createMediumError } from './medium-error.ts'

/*
 * A head `name` is the directory h/name, its generations the directories h/name/000000000001 and on, and a generation holds one
 * record, named by its hash. Where the disk compares and swaps, a generation is one directory moved into place whole: the move
 * fails when another writer was first. In a synced folder two machines each make the same generation, and syncing puts both
 * records into it: files of different names, so the sync program sees no conflict. A record names those it replaces; what nobody
 * replaces is a head. Nothing is ever written over.
 *
 * Exclusive creation of a file cannot do this: finding it half written, the next writer cannot tell a dead author from a slow one.
 */
export interface FolderHead {
  /** What no record on the medium replaces: more than one where writers could not see each other. Deletions are among them. */
  readonly live: ReadonlyMap<Hash, HeadRecord>
  /** What the live ones stand in for, present or not. */
  readonly replaced: ReadonlySet<Hash>
  /** Newest first. The newest is taken even when all it holds is torn. */
  readonly generations: readonly number[]
  /** What lies in the newest and is not what its name says, as it lies there. */
  readonly torn: readonly Uint8Array[]
}

export function generationPath(name: string, generation: number): string {
  return `h/${name}/${String(generation).padStart(12, '0')}`
}

/** Whatever else lies there, such as a sync program's conflict copies, is nobody's generation. */
export async function listGenerations(files: FolderFiles, name: string): Promise<readonly number[]> {
  const names = (await files.list('h/' + name)) ?? []
  return names
    .filter((entry) => /^\d{12}$/.test(entry))
    .map(Number)
    .sort((a, b) => b - a)
}

export async function readFolderHead(files: FolderFiles, name: string, signal: AbortSignal): Promise<FolderHead> {
  for (;;) {
    signal.throwIfAborted()
    const head = await collectHead(files, name, await listGenerations(files, name))
    if (head !== 'overtaken') return head
  }
}

/** `overtaken`: so many generations came meanwhile that one of these was being cleaned away. */
async function collectHead(
  files: FolderFiles,
  name: string,
  generations: readonly number[],
): Promise<FolderHead | 'overtaken'> {
  const live = new Map<Hash, HeadRecord>()
  const replaced = new Set<Hash>()
  let torn: readonly Uint8Array[] = []
  // What replaces a record is newer than it, so in the usual case one record is read.
  for (const generation of generations) {
    const found = await readGeneration(files, generationPath(name, generation), replaced)
    if (!found.whole && (await listGenerations(files, name))[0] !== generations[0]) return 'overtaken'
    if (generation === generations[0]) torn = found.torn
    for (const [hash, record] of found.records) {
      live.set(hash, record)
      for (const older of record.replaces) replaced.add(older)
    }
    if (live.size > LIMITS.headSiblingsMax)
      throw createMediumError('medium-failed', 'Far more concurrent heads than devices could have written.')
  }
  return { live, replaced, generations, torn }
}

/** Torn, half-synced and foreign files are no records; not `whole` when something listed could not be found any more. */
async function readGeneration(
  files: FolderFiles,
  path: string,
  replaced: ReadonlySet<Hash>,
): Promise<{ records: ReadonlyMap<Hash, HeadRecord>; torn: readonly Uint8Array[]; whole: boolean }> {
  const records = new Map<Hash, HeadRecord>()
  const torn: Uint8Array[] = []
  const names = await files.list(path)
  let whole = names !== undefined
  for (const entry of names ?? []) {
    const hash = findId('Hash', entry)
    if (hash === undefined || replaced.has(hash)) continue
    const bytes = await files.read(`${path}/${hash}`, HEAD_RECORD_MAX_BYTES)
    if (bytes === undefined) whole = false
    else if ((await hashOf(bytes)) === hash) {
      const record = findHeadRecord(bytes)
      if (record !== undefined) records.set(hash, record)
    } else torn.push(bytes)
  }
  return { records, torn, whole }
}
