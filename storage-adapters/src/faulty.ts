import type { CasOutcome, HeadRead, Rng } from '@cloudos/protocol/ports'
import { createMediumError } from './medium-error.ts'
import type { Medium } from './medium.ts'

export type FaultKind =
  | 'timeout-before' // the request never arrived
  | 'timeout-after' // applied, the answer was lost
  | 'timeout-late' // given up on, then applied during a later operation
  | 'stale-read' // a head as it was before, a blob not there yet
  | 'list-lag' // the last changes do not show in lists
  | 'damaged-body' // cut off, or one bit flipped
  | 'conflict' // says another writer was first when nobody was
  | 'full'

/** How often each fault strikes, from 0 to 1. */
export type FaultRates = Readonly<Partial<Record<FaultKind, number>>>

export interface FaultyMedium extends Medium {
  /** How often each has struck. */
  readonly struck: ReadonlyMap<FaultKind, number>
}

/** `inner` over a connection that breaks and lies, within what the port allows. The same `rng` makes the same faults. */
export function createFaultyMedium(inner: Medium, rates: FaultRates, rng: Rng): FaultyMedium {
  const dice = createDice(rates, rng)
  const line = createLine(dice)
  const past = createPast(dice)

  return {
    capabilities: inner.capabilities,
    struck: dice.struck,
    readHead: (name, signal) =>
      line.ask(async () => {
        const found = await past.orNow(name, () => inner.readHead(name, signal))
        if (found === undefined) return undefined
        const [first, ...others] = found.heads
        return { heads: [dice.damaged(first), ...others.map(dice.damaged)], version: found.version }
      }),
    async casHead(name, bytes, expected, signal) {
      if (dice.strikes('conflict')) return 'conflict'
      past.noteChange('h/' + name, 'there')
      return line.send<CasOutcome>(() => inner.casHead(name, bytes, expected, signal))
    },
    readBlob: (name, signal) =>
      line.ask(async () => {
        const bytes = await inner.readBlob(name, signal)
        const isHidden = past.isRecent('b/' + name) && dice.strikes('stale-read')
        return bytes === undefined || isHidden ? undefined : dice.damaged(bytes)
      }),
    async writeBlob(name, bytes, signal) {
      past.noteChange('b/' + name, 'there')
      return line.send(() => inner.writeBlob(name, bytes, signal))
    },
    async *list(prefix, signal) {
      const { unseen, undead } = await line.ask(async () => past.lagging())
      for await (const name of inner.list(prefix, signal)) if (!unseen.has(name)) yield name
      yield* undead
    },
    async delete(stored, signal) {
      await line.ask(() => inner.delete(stored, signal))
      past.noteChange((stored.kind === 'head' ? 'h/' : 'b/') + stored.name, 'gone')
      if (dice.strikes('timeout-after')) throw noAnswer()
    },
    ...(inner.tornHeads && {
      tornHeads: (name, signal) => line.ask(async () => (await inner.tornHeads?.(name, signal)) ?? []),
    }),
    measureRoom: (signal) => line.ask(async () => (await inner.measureRoom?.(signal)) ?? {}),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}

type Dice = ReturnType<typeof createDice>

function createDice(rates: FaultRates, rng: Rng) {
  const struck = new Map<FaultKind, number>()

  function below(bound: number): number {
    const [high = 0, middle = 0, low = 0] = rng.bytes(3)
    return Math.floor(((high * 65_536 + middle * 256 + low) / 0x1000000) * bound)
  }

  function strikes(kind: FaultKind): boolean {
    if (below(1_000_000) >= (rates[kind] ?? 0) * 1_000_000) return false
    struck.set(kind, (struck.get(kind) ?? 0) + 1)
    return true
  }

  function damaged(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const body = new Uint8Array(bytes)
    if (body.length === 0 || !strikes('damaged-body')) return body
    const place = below(body.length)
    if (below(2) === 0) return body.slice(0, place)
    return body.map((byte, index) => (index === place ? byte ^ (1 << below(8)) : byte))
  }

  return { struck, below, strikes, damaged }
}

/** Requests and answers that get lost, and requests that arrive after their sender has given up. */
function createLine(dice: Dice) {
  const late: (() => Promise<unknown>)[] = []

  async function deliverLate(): Promise<void> {
    if (late.length > 0 && dice.below(2) === 0) await Promise.allSettled(late.splice(0).map((apply) => apply()))
  }

  return {
    async ask<T>(request: () => Promise<T>): Promise<T> {
      await deliverLate()
      if (dice.strikes('timeout-before')) throw noAnswer()
      return request()
    },
    async send<T>(apply: () => Promise<T>): Promise<T | 'unknown'> {
      await deliverLate()
      if (dice.strikes('full')) throw createMediumError('medium-full', 'An injected fault.')
      if (dice.strikes('timeout-before')) return 'unknown'
      if (dice.strikes('timeout-late')) {
        late.push(apply)
        return 'unknown'
      }
      const outcome = await apply()
      return dice.strikes('timeout-after') ? 'unknown' : outcome
    },
  }
}

const LAGGING_CHANGES = 8

/** What this connection has read and changed, to be shown once more or not yet. */
function createPast(dice: Dice) {
  const readsByHead = new Map<string, (HeadRead | undefined)[]>()
  const changes: { readonly name: string; readonly to: 'there' | 'gone' }[] = []

  return {
    noteChange(name: string, to: 'there' | 'gone'): void {
      changes.push({ name, to })
      if (changes.length > LAGGING_CHANGES) changes.shift()
    },
    isRecent: (name: string) => changes.some((change) => change.name === name),
    lagging() {
      const hit = changes.filter(() => dice.strikes('list-lag'))
      const namesTo = (to: 'there' | 'gone') =>
        new Set(hit.filter((change) => change.to === to).map(({ name }) => name))
      return { unseen: namesTo('there'), undead: namesTo('gone') }
    },
    async orNow(name: string, read: () => Promise<HeadRead | undefined>): Promise<HeadRead | undefined> {
      const reads = readsByHead.get(name) ?? []
      if (reads.length > 0 && dice.strikes('stale-read')) return reads[dice.below(reads.length)]
      const found = await read()
      readsByHead.set(name, [...reads, structuredClone(found)])
      return found
    },
  }
}

function noAnswer(): Error {
  return createMediumError('medium-unreachable', 'No answer: an injected fault.')
}
