import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock } from '@cloudos/protocol/ports'
import type { DriveApi } from './drive-port.ts'
import { brokenOff } from './drive-error.ts'
import { findRoots, generationName, rootsAndNewest } from './drive-names.ts'
import { encodeDriveRecord, findDriveRecord, RECORD_MAX_BYTES } from './drive-record.ts'
import type { DriveRecord } from './drive-record.ts'
import { createIdPool } from './drive-ids.ts'
import type { IdPool } from './drive-ids.ts'
import { createMediumError } from './medium-error.ts'

/** A generation and the file that holds it. */
export interface Generation {
  readonly id: string
  readonly record: DriveRecord
}

/** `strays`: the newest generations under other roots, made by somebody who could not see the first one yet. */
export interface ChainState {
  readonly tip: Generation
  readonly strays: readonly Generation[]
}

/**
 * The chain of generations that a Drive is: each holds the file id of the next, and of those who create a file with that id one
 * succeeds, which is the compare-and-swap. What matters is read by its id; lists, which lag, are only where reading begins.
 */
export interface Chain {
  readonly ids: IdPool
  /** Asked for anew each time. */
  read(cut: AbortSignal): Promise<ChainState>
  /** `undefined` when it was cleared away. */
  generation(id: string, cut: AbortSignal): Promise<Generation | undefined>
  /** The next generation after `tip`. `taken`: read again. */
  append(tip: Generation, next: NextRecord, cut: AbortSignal): Promise<'made' | 'taken' | 'unknown'>
}

export type NextRecord = Pick<DriveRecord, 'heads' | 'body' | 'blobs' | 'merged'>

const DAY_MS = 24 * 3_600_000
/**
 * Generations are cleared away when so many have come since and all of this time has passed. Whoever goes on from one that is held in
 * memory has looked at the chain within a day: nobody creates a file with the id of one that was cleared away.
 */
const KEPT_MIN = 50
const KEPT_MS = 7 * DAY_MS
/** So often, and so many at once at most. */
const CLEAR_EVERY = 10
const CLEARED_MAX = 20
const CACHED_MAX = 128

export function createChain(api: DriveApi, clock: Clock): Chain {
  const ids = createIdPool(api)
  const cache = new Map<string, Generation>()
  let known: { readonly state: ChainState; readonly seenAtMs: number } | undefined

  function remember(generation: Generation): Generation {
    cache.set(generation.id, generation)
    for (const oldest of cache.keys()) if (cache.size > CACHED_MAX) cache.delete(oldest)
    return generation
  }

  async function generation(id: string, cut: AbortSignal): Promise<Generation | undefined> {
    const cached = cache.get(id)
    if (cached !== undefined) return cached
    const bytes = await api.read(id, RECORD_MAX_BYTES, cut)
    if (bytes === undefined) return undefined
    const record = await findDriveRecord(bytes)
    if (record === undefined) throw brokenOff()
    return remember({ id, record })
  }

  async function walk(from: Generation, cut: AbortSignal): Promise<Generation> {
    let tip = from
    for (;;) {
      const next = await generation(tip.record.next, cut)
      if (next === undefined) return tip
      tip = next
    }
  }

  /** The newest of `candidates` that is there: lists go on showing what was deleted. */
  async function tipFrom(candidates: readonly string[], cut: AbortSignal): Promise<Generation | undefined> {
    for (const id of candidates) {
      const found = await generation(id, cut)
      if (found !== undefined) return walk(found, cut)
    }
    return undefined
  }

  async function discover(cut: AbortSignal): Promise<ChainState> {
    const tips: Generation[] = []
    for (const candidates of await findRoots(api.list(rootsAndNewest, cut))) {
      const tip = await tipFrom(candidates, cut)
      if (tip !== undefined) tips.push(tip)
    }
    const [tip, ...strays] = tips
    if (tip === undefined)
      throw createMediumError('medium-gone', 'There is no CloudOS profile on this Google Drive, or it was deleted.')
    return { tip, strays: strays.filter(({ record }) => record.gen > 0) }
  }

  async function clearAway(tip: Generation, nowMs: number, cut: AbortSignal): Promise<void> {
    const needed = new Set(tip.record.heads.map(({ at }) => at))
    const query = `name contains 'head'`
    let cleared = 0
    for await (const { id, name, createdAtMs } of api.list({ query, order: 'name', pageSize: 100 }, cut)) {
      const one = generationName(name)
      if (one?.root !== tip.record.root) continue
      if (one.gen > tip.record.gen - KEPT_MIN || createdAtMs > nowMs - KEPT_MS || cleared >= CLEARED_MAX) return
      if (needed.has(id)) continue
      await api.remove(id, cut)
      cleared += 1
    }
  }

  return {
    ids,
    generation,
    async read(cut) {
      const nowMs = clock.nowMs()
      const isFresh = known !== undefined && Math.abs(nowMs - known.seenAtMs) < DAY_MS
      const state =
        known !== undefined && isFresh
          ? { tip: await walk(known.state.tip, cut), strays: known.state.strays }
          : await discover(cut)
      known = { state, seenAtMs: nowMs }
      return state
    },
    async append({ id, record: { root, gen, next } }, content, cut) {
      const record: DriveRecord = { ...content, root, gen: gen + 1, previous: id, next: await ids.draw(cut) }
      const file = { id: next, name: `head-${String(gen + 1).padStart(12, '0')}-${root}` }
      const bytes = await encodeDriveRecord(record)
      const seenAtMs = known?.seenAtMs ?? 0
      const mayStill = () => Math.abs(clock.nowMs() - seenAtMs) < DAY_MS
      const created = await api.create({ ...file, bytes }, { repeats: false, mayStill }, cut)
      if (created.kind !== 'made') return created.kind
      const tip = remember({ id: next, record })
      // Not while another change of this connection has gone further.
      if (known?.state.tip.id === id) known = { state: { ...known.state, tip }, seenAtMs: known.seenAtMs }
      if (record.gen % CLEAR_EVERY === 0 && created.atMs !== undefined)
        await clearAway(tip, created.atMs, cut).catch((error: unknown) => {
          // The generation is made; what is not cleared away now is so later.
          if (!(error instanceof CloudError) && !cut.aborted) throw error
        })
      return 'made'
    },
  }
}
