import { hashId } from '@cloudos/crypto/hash'
import type { Head } from '@cloudos/protocol/head'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { HeadRead } from '@cloudos/protocol/ports'
import type { SeenHead } from '@cloudos/protocol/sightings'

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

/** What this device remembers of one medium. */
export interface OwnSightings {
  /** Ascending; the last is the newest. */
  readonly heads: readonly SeenHead[]
  /** The generation of the owner's last word: nothing below it counts any more. */
  readonly settled: number
}

/** What another device of the profile has said that it was shown there. */
export interface ToldSightings extends OwnSightings {
  readonly deviceId: DeviceId
  readonly heads: readonly ToldHead[]
}

export interface ToldHead extends SeenHead {
  /** For how long this device has known of it. */
  readonly heldForMs: number
}

/** All that is known of a medium before it is read. */
export interface KnownHeads {
  readonly own: OwnSightings
  readonly told: readonly ToldSightings[]
}

/** Of a medium that no other device can name. */
export function knownAlone(seen: SeenHead | undefined): KnownHeads {
  return { own: { heads: seen === undefined ? [] : [seen], settled: 0 }, told: [] }
}

/**
 * `behind`: another device was shown a newer one, and this device has not known that for long: what was written there may still be on
 * its way. `deviceId` is who was shown otherwise, where it is not this device itself.
 */
export type Contradiction =
  { readonly kind: Lie; readonly deviceId?: DeviceId } | { readonly kind: 'behind'; readonly deviceId: DeviceId }

/** For so long a medium may show one reader what it does not show another yet. */
export const LAG_MAX_MS = 5 * 60_000

/** Nobody gets further ahead than this by honest saves; who says so could use up the generations there are. */
const LEAP_MAX = 100_000_000

/**
 * Whether what a medium shows contradicts this device's memory, or what the other devices were shown. With compare-and-swap a generation
 * has one head, whoever looks: two are a fork, also where the medium shows neither of them now. What is older than what is shown and
 * contradicts nothing is a device that was away.
 */
export function judgeHead(shown: ShownHead | undefined, known: KnownHeads, cas: boolean): Contradiction | undefined {
  const settled = settledAt(shown, known)
  const newest = newestOwn(known)
  const lie = newest && newest.gen >= settled ? findLie(shown, newest, cas) : undefined
  if (lie !== undefined) return { kind: lie }
  if (!cas) return undefined
  const told = believed(shown, known)
  return findFork(shown, known, told) ?? findAhead(shown, told)
}

/** A word of the owner that another device tells of counts once the medium shows a head that is as new. */
export function settledAt(shown: ShownHead | undefined, { own, told }: KnownHeads): number {
  const words = told.map(({ settled }) => settled).filter((gen) => gen <= (shown?.head.gen ?? 0))
  return Math.max(own.settled, ...words)
}

export function newestOwn({ own }: KnownHeads): SeenHead | undefined {
  return own.heads.at(-1)
}

interface Witness extends ToldHead {
  readonly deviceId: DeviceId
}

/** What the other devices were shown since the owner's last word, the newest first. */
export function believed(shown: ShownHead | undefined, known: KnownHeads): readonly Witness[] {
  const settled = settledAt(shown, known)
  const reach = Math.max(shown?.head.gen ?? 0, newestOwn(known)?.gen ?? 0) + LEAP_MAX
  return known.told
    .flatMap(({ deviceId, heads }) => heads.map((head) => ({ ...head, deviceId })))
    .filter(({ gen }) => gen >= settled && gen <= reach)
    .sort((a, b) => b.gen - a.gen)
}

function findFork(
  shown: ShownHead | undefined,
  known: KnownHeads,
  told: readonly Witness[],
): Contradiction | undefined {
  const settled = settledAt(shown, known)
  const hashByGen = new Map(known.own.heads.filter(({ gen }) => gen >= settled).map(({ gen, hash }) => [gen, hash]))
  for (const one of told) {
    const { gen, hash, deviceId } = one
    const other = hashByGen.get(gen)
    if (other !== undefined && other !== hash) return { kind: 'forked', deviceId }
    if (shown !== undefined && findLie(shown, one, true) === 'forked') return { kind: 'forked', deviceId }
    hashByGen.set(gen, hash)
  }
  return undefined
}

function findAhead(shown: ShownHead | undefined, told: readonly Witness[]): Contradiction | undefined {
  const ahead = told.filter(({ gen }) => gen > (shown?.head.gen ?? 0))
  const [first] = ahead
  if (first === undefined) return undefined
  const late = ahead.find(({ heldForMs }) => heldForMs >= LAG_MAX_MS)
  return { kind: late === undefined ? 'behind' : 'rolled-back', deviceId: (late ?? first).deviceId }
}
