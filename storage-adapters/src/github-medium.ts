import type { BlobStoreCapabilities, Version } from '@cloudos/protocol/ports'
import { roomFrom } from '@cloudos/protocol/room'
import type { Settled } from './github-error.ts'
import { blobPath, bytesOf, headPath, nameOfPath, textOf } from './github-files.ts'
import type { FileChange } from './github-files.ts'
import type { Line, Tip } from './github-line.ts'
import { createMediumError } from './medium-error.ts'
import type { Medium } from './medium.ts'

/** Enough for many writers at once; a rule of the repository that forbids every write ends here. */
const TRIES = 60

interface Change {
  readonly files: readonly FileChange[]
  /** A head that must be as it was read. */
  readonly guard?: { readonly path: string; readonly expected: Version | undefined }
  /** A blob that need not be written when it lies there as it should. */
  readonly unless?: (tip: Tip, cut: AbortSignal) => Promise<boolean>
}

/** A branch of a repository as a medium. Every change is one commit; those of one connection follow each other. */
export function createGithubMedium(line: Line, capabilities: BlobStoreCapabilities): Medium {
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  async function apply(change: Change, cut: AbortSignal): Promise<'done' | 'conflict' | 'unknown'> {
    for (let tries = 0; tries < TRIES; tries++) {
      cut.throwIfAborted()
      const tip = await line.read(cut)
      const { guard } = change
      if (guard && tip?.files.get(guard.path)?.sha !== guard.expected) return 'conflict'
      if (tip && (await change.unless?.(tip, cut)) === true) return 'done'
      // Git refuses to delete what is not there.
      const files = change.files.filter(({ path, text }) => text !== undefined || tip?.files.has(path) === true)
      if (files.length === 0) return 'done'
      requireRoom(tip, files)
      const outcome: Settled = await line.append(tip, files, cut)
      if (outcome !== 'refused') return outcome
    }
    throw createMediumError(
      'medium-forbidden',
      'GitHub takes no change of the branches cloudos/…: a rule of the repository may protect them, or many devices write at once.',
    )
  }

  function requireRoom(tip: Tip | undefined, files: readonly FileChange[]): void {
    if (capabilities.quotaBytes === undefined) return
    let sizeBytes = sizeOf(tip)
    for (const { text } of files) sizeBytes += text?.length ?? 0
    if (sizeBytes > capabilities.quotaBytes)
      throw createMediumError(
        'medium-full',
        'What GitHub recommends for one repository is used up. Add a copy in another place as well.',
      )
  }

  async function read(
    path: string,
    cut: AbortSignal,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; sha: string } | undefined> {
    const file = (await line.read(cut))?.files.get(path)
    return file && { bytes: bytesOf(await line.readText(file, cut)), sha: file.sha }
  }

  return {
    capabilities,
    async readHead(name, cut) {
      const found = await read(headPath(name), cut)
      return found && { heads: [found.bytes], version: found.sha }
    },
    async casHead(name, bytes, expected, cut) {
      const path = headPath(name)
      const change = { files: [{ path, text: textOf(bytes) }], guard: { path, expected } }
      const outcome = await inTurn(() => apply(change, cut))
      return outcome === 'done' ? 'ok' : outcome
    },
    readBlob: async (name, cut) => (await read(blobPath(name), cut))?.bytes,
    async writeBlob(name, bytes, cut) {
      const path = blobPath(name)
      const text = textOf(bytes)
      const isThere = async (tip: Tip) => {
        const file = tip.files.get(path)
        return file !== undefined && (await line.readText(file, cut)) === text
      }
      const outcome = await inTurn(() => apply({ files: [{ path, text }], unless: isThere }, cut))
      return outcome === 'done' ? 'stored' : 'unknown'
    },
    async flush({ blobs, head, drop }, cut) {
      const path = headPath(head.name)
      const files = [
        ...drop.map((name) => ({ path: blobPath(name), text: undefined })),
        ...blobs.map(({ name, bytes }) => ({ path: blobPath(name), text: textOf(bytes) })),
        { path, text: textOf(head.bytes) },
      ]
      const outcome = await inTurn(() => apply({ files, guard: { path, expected: head.expected } }, cut))
      return outcome === 'done' ? 'ok' : outcome
    },
    async *list(_prefix, cut) {
      for (const path of (await line.read(cut))?.files.keys() ?? []) {
        const name = nameOfPath(path)
        if (name !== undefined) yield name
      }
    },
    async delete(stored, cut) {
      const path = stored.kind === 'head' ? headPath(stored.name) : blobPath(stored.name)
      const outcome = await inTurn(() => apply({ files: [{ path, text: undefined }] }, cut))
      if (outcome !== 'done') throw createMediumError('medium-unreachable', 'GitHub did not confirm the deletion.')
    },
    measureRoom: async (cut) => roomFrom(capabilities.quotaBytes, sizeOf(await line.read(cut))),
    [Symbol.asyncDispose]: async () => {},
  }
}

function sizeOf(tip: Tip | undefined): number {
  let sizeBytes = 0
  for (const file of tip?.files.values() ?? []) sizeBytes += file.sizeBytes
  return sizeBytes
}
