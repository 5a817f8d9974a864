import { findId } from '@cloudos/protocol/ids'
import type { BlobStoreCapabilities, HeadRead, Version } from '@cloudos/protocol/ports'
import { hashOf } from './blob-hash.ts'
import type { FolderFiles } from './folder-files.ts'
import { readFolderHead } from './folder-heads.ts'
import type { FolderHead } from './folder-heads.ts'
import { keepBlob, publishBlob, publishHead } from './folder-publish.ts'
import { createMediumError } from './medium-error.ts'
import type { Medium } from './medium.ts'
import { isHeadName } from './names.ts'

/** A medium in the layout of folder-heads.ts, on whatever performs the file operations. Its directories `h`, `b`, `tmp` exist. */
export function createFolderMedium(files: FolderFiles, capabilities: BlobStoreCapabilities): Medium {
  const company = capabilities.cas ? 'alone' : 'beside-others'

  /** An empty answer from a mount point whose disk is gone would look like an empty profile. */
  async function namesIn(directory: 'h' | 'b'): Promise<readonly string[]> {
    const names = await files.list(directory)
    if (names !== undefined) return names
    throw createMediumError('medium-gone', 'The folder no longer holds a profile: its disk may have been taken away.')
  }

  async function see(name: string, signal: AbortSignal): Promise<FolderHead> {
    const seen = await readFolderHead(files, name, signal)
    if (seen.generations.length === 0) await namesIn('h')
    return seen
  }

  async function deleteHead(name: string, signal: AbortSignal): Promise<void> {
    const seen = await see(name, signal)
    if (headReadFrom(seen) === undefined) return
    const outcome = await publishHead(files, { name, seen, company }, undefined, signal)
    if (outcome === 'conflict') return deleteHead(name, signal)
    if (outcome === 'unknown') throw createMediumError('medium-failed', 'The head may still be there: delete it again.')
  }

  return {
    capabilities,
    readHead: async (name, signal) => headReadFrom(await see(name, signal)),
    tornHeads: async (name, signal) => (await see(name, signal)).torn,
    async casHead(name, bytes, expected, signal) {
      const seen = await see(name, signal)
      if (headReadFrom(seen)?.version !== expected) return 'conflict'
      return publishHead(files, { name, seen, company }, bytes, signal)
    },
    async readBlob(name) {
      const bytes = await files.read('b/' + name, capabilities.maxBlobBytes)
      if (bytes === undefined) await namesIn('h')
      return bytes
    },
    async writeBlob(name, bytes, signal) {
      const present = await files.read('b/' + name, capabilities.maxBlobBytes)
      if (present !== undefined && (await hashOf(present)) === name) return keepBlob(files)
      return publishBlob(files, name, bytes, signal)
    },
    async *list(prefix, signal) {
      if ('b/'.startsWith(prefix.slice(0, 2)))
        for (const entry of await namesIn('b')) if (findId('Hash', entry) !== undefined) yield 'b/' + entry
      if (!'h/'.startsWith(prefix.slice(0, 2))) return
      for (const entry of await namesIn('h'))
        if (isHeadName(entry) && headReadFrom(await see(entry, signal)) !== undefined) yield 'h/' + entry
    },
    async delete(stored, signal) {
      if (stored.kind === 'head') return deleteHead(stored.name, signal)
      await files.remove('b/' + stored.name)
      await files.syncDirectory('b')
    },
    async [Symbol.asyncDispose]() {
      // Nothing stays open between operations.
    },
  }
}

function headReadFrom(seen: FolderHead): HeadRead | undefined {
  const found = [...seen.live].flatMap(([hash, { head }]) => (head === undefined ? [] : [{ hash, head }]))
  found.sort((a, b) => (a.hash < b.hash ? -1 : 1))
  const [first, ...others] = found.map(({ head }) => head)
  return first && { heads: [first, ...others], version: versionOf(seen) }
}

/** Names the generation too: a torn record takes one without being seen otherwise. */
function versionOf(seen: FolderHead): Version {
  return [String(seen.generations[0] ?? 0), ...[...seen.live.keys()].sort()].join('.')
}
