import { hashId } from '@cloudos/crypto/hash'
import type { Head } from '@cloudos/protocol/head'
import type { Hash } from '@cloudos/protocol/ids'
import type { HeadRead } from '@cloudos/protocol/ports'

/** A head that a device of the profile has seen on a medium. */
export interface SeenHead {
  readonly gen: number
  readonly hash: Hash
}

/** `rolled-back`: it shows less than it has shown. `forked`: it shows another history than it has shown. */
export type Lie = 'rolled-back' | 'forked'

/** What a copy says of its place in the row of heads. */
export interface ShownHead {
  readonly head: Pick<Head, 'gen' | 'prev'>
  readonly read: HeadRead
}

/**
 * Whether a medium contradicts a head that it has certainly shown before; `undefined` as `shown` when it shows none. Where writers do not
 * see each other (`cas` false) several heads of one generation are nothing to wonder at. A generation that is left out is the owner's
 * word (`writeCopy`), so only the very next one must name the head that was seen.
 */
export function findLie(shown: ShownHead | undefined, seen: SeenHead, cas: boolean): Lie | undefined {
  if (shown === undefined || shown.head.gen < seen.gen) return 'rolled-back'
  if (!cas) return undefined
  const { head, read } = shown
  if (head.gen === seen.gen) return read.heads.some((bytes) => hashId(bytes) === seen.hash) ? undefined : 'forked'
  return head.gen === seen.gen + 1 && head.prev !== seen.hash ? 'forked' : undefined
}
