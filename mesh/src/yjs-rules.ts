import * as Y from 'yjs'
import type { UpdateShape } from '@cloudos/crypto/yjs-reader'
import { LIMITS } from '@cloudos/protocol/limits'

export interface KnownState {
  /** The next clock of a client: everything below it is here. */
  clockOf(client: number): number
  /** How many shared types the struct stands inside. Only for structs that are here. */
  levelOf(client: number, clock: number): number
  /** Whether the signing chain owns the client id. */
  isAuthors(client: number): boolean
}

export type UpdateVerdict = 'ok' | 'missing-dependency' | 'foreign-client-id' | 'clock-not-continued' | 'bad-update'

/**
 * What an author may put into a shared document: new structs under its own client ids, exactly where they left off, and deletions
 * of what exists. Anything that leans on structs not here yet waits; it is never refused for that.
 */
export function judgeUpdate(shape: UpdateShape, known: KnownState): UpdateVerdict {
  const endByClient = new Map<number, number>()
  for (const { client, clock, length } of shape.structs) {
    if (!known.isAuthors(client)) return 'foreign-client-id'
    if (clock !== (endByClient.get(client) ?? known.clockOf(client))) return 'clock-not-continued'
    endByClient.set(client, clock + length)
  }
  const isHere = (client: number, end: number): boolean => end <= (endByClient.get(client) ?? known.clockOf(client))
  const met =
    shape.needs.every(({ client, clock }) => isHere(client, clock + 1)) &&
    shape.deletes.every(({ client, clock, length }) => isHere(client, clock + length))
  if (!met) return 'missing-dependency'
  return isTooDeep(shape, (client, clock) => known.levelOf(client, clock)) ? 'bad-update' : 'ok'
}

/** A tower built floor by floor, over many updates, overflows Yjs's stack as surely as one that comes whole. */
export function isTooDeep({ nests }: UpdateShape, levelOf: (client: number, clock: number) => number): boolean {
  return nests.some(({ client, clock, below }) => levelOf(client, clock) + below > LIMITS.yjsMaxNesting)
}

/** As `KnownState.levelOf` of a document. */
export function levelIn(ydoc: Y.Doc, client: number, clock: number): number {
  let level = 0
  let item = findItem(ydoc, client, clock)
  while (item?.parent instanceof Y.AbstractType && item.parent._item !== null) {
    level += 1
    item = item.parent._item
  }
  return level
}

/** `undefined` for what has been deleted and forgotten: nothing can stand inside it. */
function findItem(ydoc: Y.Doc, client: number, clock: number): Y.Item | undefined {
  const structs = ydoc.store.clients.get(client) ?? []
  const struct = structs[Y.findIndexSS(structs, clock)]
  return struct instanceof Y.Item ? struct : undefined
}
