import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import { hashOf } from './blob-hash.ts'
import type { DriveApi, DriveFile } from './drive-port.ts'
import type { Chain } from './drive-chain.ts'
import { blobFileName } from './drive-names.ts'
import { BLOBS_MAX } from './drive-record.ts'
import type { BlobAt } from './drive-record.ts'

/** Blobs by name on a Drive, where any number of files may have one name, and lists show them late. */
export interface DriveBlobs {
  /** A whole one if there is any, else a damaged one. */
  find(name: Hash, cut: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Does not look whether it is there. */
  add(name: Hash, bytes: Uint8Array, cut: AbortSignal): Promise<'stored' | 'unknown'>
  put(name: Hash, bytes: Uint8Array, cut: AbortSignal): Promise<'stored' | 'unknown'>
  /** All of them. */
  remove(names: readonly Hash[], cut: AbortSignal): Promise<void>
  /** What was added since the last `told`: the next generation tells of it. */
  untold(): readonly BlobAt[]
  told(blobs: readonly BlobAt[]): void
}

/** Generations looked through for a blob that no list shows. */
const LOOKED_BACK = 50
const ASKED_AT_ONCE = 20

export function createDriveBlobs(api: DriveApi, chain: Chain, maxBlobBytes: number): DriveBlobs {
  const fileByName = new Map<Hash, string>()
  const untold = new Map<Hash, BlobAt>()

  async function* filesOf(names: readonly Hash[], cut: AbortSignal): AsyncIterable<DriveFile> {
    for (let from = 0; from < names.length; from += ASKED_AT_ONCE) {
      const asked = names.slice(from, from + ASKED_AT_ONCE).map((name) => `name = '${blobFileName(name)}'`)
      yield* api.list({ query: asked.join(' or '), order: 'name' }, cut)
    }
  }

  async function* toldOf(name: Hash, cut: AbortSignal): AsyncIterable<string> {
    let { tip: generation } = await chain.read(cut)
    for (let back = 0; back < LOOKED_BACK; back++) {
      const blob = generation.record.blobs.find((one) => one.name === name)
      if (blob !== undefined) yield blob.file
      const { previous } = generation.record
      const before = previous === undefined ? undefined : await chain.generation(previous, cut)
      if (before === undefined) return
      generation = before
    }
  }

  async function* candidates(name: Hash, cut: AbortSignal): AsyncIterable<string> {
    const known = fileByName.get(name)
    if (known !== undefined) yield known
    for await (const { id } of filesOf([name], cut)) if (id !== known) yield id
    yield* toldOf(name, cut)
  }

  async function add(name: Hash, bytes: Uint8Array, cut: AbortSignal): Promise<'stored' | 'unknown'> {
    const file = await chain.ids.draw(cut)
    const { kind } = await api.create({ id: file, name: blobFileName(name), bytes }, { repeats: true }, cut)
    if (kind === 'unknown') return 'unknown'
    // Asked twice, the first has made it.
    if (kind === 'taken' && (await api.checksum(file, cut)) !== name) return 'unknown'
    fileByName.set(name, file)
    untold.set(name, { name, file })
    return 'stored'
  }

  async function removeFiles(files: readonly string[], cut: AbortSignal): Promise<void> {
    for (const file of files) await api.remove(file, cut)
  }

  return {
    add,
    async find(name, cut) {
      let damaged: Uint8Array<ArrayBuffer> | undefined
      for await (const file of candidates(name, cut)) {
        const bytes = await api.read(file, maxBlobBytes, cut)
        if (bytes === undefined) continue
        if ((await hashOf(bytes)) === name) {
          fileByName.set(name, file)
          return bytes
        }
        damaged ??= bytes
      }
      return damaged
    },
    async put(name, bytes, cut) {
      const damaged: string[] = []
      for await (const { id, checksum } of filesOf([name], cut)) {
        // Lists go on showing what was deleted.
        if (checksum === name && (await api.checksum(id, cut)) === name) return 'stored'
        if (checksum !== undefined && checksum !== name) damaged.push(id)
      }
      const outcome = await add(name, bytes, cut)
      if (outcome === 'stored')
        await removeFiles(damaged, cut).catch((error: unknown) => {
          // A damaged one does no harm beside a whole one.
          if (!(error instanceof CloudError) && !cut.aborted) throw error
        })
      return outcome
    },
    async remove(names, cut) {
      if (names.length === 0) return
      const files = new Set<string>()
      for (const name of names) {
        const known = fileByName.get(name)
        if (known !== undefined) files.add(known)
        fileByName.delete(name)
        untold.delete(name)
      }
      for await (const { id } of filesOf(names, cut)) files.add(id)
      await removeFiles([...files], cut)
    },
    untold: () => [...untold.values()].slice(0, BLOBS_MAX),
    told(blobs) {
      for (const { name, file } of blobs) if (untold.get(name)?.file === file) untold.delete(name)
    },
  }
}
