import type { UpdateShape } from '@cloudos/crypto/yjs-reader'

export interface KnownState {
  /** The next clock of a client: everything below it is here. */
  clockOf(client: number): number
  /** Whether the signing chain owns the client id. */
  isAuthors(client: number): boolean
}

export type UpdateVerdict = 'ok' | 'missing-dependency' | 'foreign-client-id' | 'clock-not-continued'

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
  return met ? 'ok' : 'missing-dependency'
}
