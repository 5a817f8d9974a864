import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStoreCapabilities, CasOutcome, HeadRead, Version } from '@cloudos/protocol/ports'
import type { DriveApi, DriveFile } from './drive-port.ts'
import type { DriveBlobs } from './drive-blobs.ts'
import type { Chain, ChainState, Generation } from './drive-chain.ts'
import { brokenOff } from './drive-error.ts'
import { hashFromFileName } from './drive-names.ts'
import { HEADS_MAX, MERGED_MAX } from './drive-record.ts'
import type { HeadAt } from './drive-record.ts'
import { createMediumError } from './medium-error.ts'
import type { Medium } from './medium.ts'

/** Enough for many writers at once. */
const TRIES = 60

interface HeadChange {
  readonly name: string
  /** `undefined` deletes it. */
  readonly bytes: Uint8Array | undefined
}

/** A chain of generations and the blobs beside it. The changes of one connection follow each other. */
export function createDriveMedium(
  api: DriveApi,
  { chain, blobs }: { readonly chain: Chain; readonly blobs: DriveBlobs },
  capabilities: BlobStoreCapabilities,
): Medium {
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  async function apply(
    change: HeadChange,
    isExpected: (version: Version | undefined) => boolean,
    cut: AbortSignal,
  ): Promise<CasOutcome> {
    for (let tries = 0; tries < TRIES; tries++) {
      cut.throwIfAborted()
      const state = await chain.read(cut)
      const places = placesOf(state, change.name)
      if (!isExpected(versionFrom(places))) return 'conflict'
      if (change.bytes === undefined && places.length === 0) return 'ok'
      const told = blobs.untold()
      const outcome = await chain.append(state.tip, { ...nextOf(state, change), blobs: told }, cut)
      if (outcome === 'made') blobs.told(told)
      if (outcome !== 'taken') return outcome === 'made' ? 'ok' : 'unknown'
    }
    throw createMediumError('medium-unreachable', 'Too many devices write to this Google Drive at once. It is tried again.') // prettier-ignore
  }

  async function readAt(state: ChainState, place: string, cut: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const all: readonly Generation[] = [state.tip, ...state.strays]
    const found = all.find(({ id }) => id === place) ?? (await chain.generation(place, cut))
    // Cleared away meanwhile: there is a newer one.
    if (found?.record.body === undefined) throw brokenOff()
    return new Uint8Array(found.record.body)
  }

  async function readHead(name: string, cut: AbortSignal): Promise<HeadRead | undefined> {
    const state = await chain.read(cut)
    const places = placesOf(state, name)
    const version = versionFrom(places)
    const [first, ...more] = places
    if (version === undefined || first === undefined) return undefined
    const rest: Uint8Array[] = []
    for (const place of more) rest.push(await readAt(state, place, cut))
    return { heads: [await readAt(state, first, cut), ...rest], version }
  }

  const expects = (expected: Version | undefined) => (version: Version | undefined) => version === expected

  return {
    capabilities,
    readHead,
    casHead: (name, bytes, expected, cut) => inTurn(() => apply({ name, bytes }, expects(expected), cut)),
    readBlob: (name, cut) => blobs.find(name, cut),
    writeBlob: (name, bytes, cut) => blobs.put(name, bytes, cut),
    flush: (save, cut) =>
      inTurn(async () => {
        const { name, bytes, expected } = save.head
        // Nothing is sent for a save that comes too late.
        if (versionFrom(placesOf(await chain.read(cut), name)) !== expected) return 'conflict'
        const added = await Promise.all(save.blobs.map((blob) => blobs.add(blob.name, blob.bytes, cut)))
        if (added.includes('unknown')) return 'unknown'
        const outcome = await apply({ name, bytes }, expects(expected), cut)
        if (outcome === 'ok')
          await blobs.remove(save.drop, cut).catch((error: unknown) => {
            // The head is written: what is left behind does no harm.
            if (!(error instanceof CloudError) && !cut.aborted) throw error
          })
        return outcome
      }),
    async *list(_prefix, cut) {
      const state = await chain.read(cut)
      for (const { record } of [state.tip, ...state.strays])
        for (const { name } of record.heads) if (placesOf(state, name).length > 0) yield `h/${name}`
      const files: DriveFile[] = []
      for await (const file of api.list({ query: `name contains 'blob'`, order: 'name' }, cut)) files.push(file)
      // All pages first: what is deleted while somebody goes through them would shift the next one.
      for (const file of files) {
        const name = hashFromFileName(file.name)
        if (name !== undefined) yield `b/${name}`
      }
    },
    async delete(stored, cut) {
      if (stored.kind === 'blob') return blobs.remove([stored.name], cut)
      const outcome = await inTurn(() => apply({ name: stored.name, bytes: undefined }, () => true, cut))
      if (outcome !== 'ok') throw createMediumError('medium-unreachable', 'Google Drive did not confirm the deletion.')
    },
    measureRoom: (cut) => api.room(cut),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The generations that hold a head: one, and those of other roots that nobody has merged yet. */
function placesOf({ tip, strays }: ChainState, name: string): readonly string[] {
  const merged = new Set(tip.record.merged)
  const others = strays.map((stray) => placeIn(stray, name))
  return [placeIn(tip, name), ...others.filter((place) => place !== undefined && !merged.has(place))].filter(
    (place) => place !== undefined,
  )
}

function placeIn({ id, record }: Generation, name: string): string | undefined {
  const head = record.heads.find((one) => one.name === name)
  return head && (head.at ?? id)
}

function versionFrom(places: readonly string[]): Version | undefined {
  return places.length === 0 ? undefined : places.join(' ')
}

/** Stands in for every head of this name that was shown. */
function nextOf(state: ChainState, { name, bytes }: HeadChange) {
  const { tip, strays } = state
  const others: HeadAt[] = tip.record.heads
    .filter((head) => head.name !== name)
    .map((head) => ({ name: head.name, at: head.at ?? tip.id }))
  const merged = new Set(tip.record.merged)
  for (const stray of strays) {
    const place = placeIn(stray, name)
    if (place !== undefined) merged.add(place)
  }
  const heads = bytes === undefined ? others : [...others, { name }]
  if (heads.length > HEADS_MAX || merged.size > MERGED_MAX)
    throw createMediumError('medium-full', 'There are more heads on this Google Drive than it can name.')
  return { heads, merged: [...merged], ...(bytes !== undefined && { body: bytes }) }
}
