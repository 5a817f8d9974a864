import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import type { DriveFile, DriveSearch } from './drive-port.ts'

/*
 * Names of files on a Drive, which may be equal: `root`, `head-<generation>-<id of its root>`, `blob-<sha-256>`.
 */
export const ROOT = 'root'

/** Backwards by name: roots come first, then the newest generations. */
export const rootsAndNewest: DriveSearch = {
  query: `name = '${ROOT}' or name contains 'head'`,
  order: 'name desc',
  pageSize: 100,
}

export interface GenerationName {
  readonly gen: number
  readonly root: string
}

export function generationName(name: string): GenerationName | undefined {
  const found = /^head-(\d{12})-([\w-]+)$/.exec(name)
  return found === null ? undefined : { gen: Number(found[1]), root: found[2] ?? '' }
}

export function blobFileName(name: Hash): string {
  return `blob-${name}`
}

export function hashFromFileName(name: string): Hash | undefined {
  return name.startsWith('blob-') ? findId('Hash', name.slice('blob-'.length)) : undefined
}

/** Newest generations looked at for each root: lists show some that were deleted. */
const CANDIDATES = 5

/**
 * For each root the ids of its newest generations that the list shows, the newest first and the root itself last; the root that was
 * there first comes first. @param files as `rootsAndNewest` asks for them
 */
export async function findRoots(files: AsyncIterable<DriveFile>): Promise<readonly (readonly string[])[]> {
  const roots: DriveFile[] = []
  const newestByRoot = new Map<string, string[]>()
  for await (const file of files) {
    if (file.name === ROOT) {
      roots.push(file)
      continue
    }
    const one = generationName(file.name)
    if (one === undefined) continue
    const newest = newestByRoot.get(one.root) ?? []
    if (newest.length < CANDIDATES) newest.push(file.id)
    newestByRoot.set(one.root, newest)
    if (roots.every(({ id }) => newestByRoot.get(id)?.length === CANDIDATES)) break
  }
  return roots
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1))
    .map(({ id }) => [...(newestByRoot.get(id) ?? []), id])
}
