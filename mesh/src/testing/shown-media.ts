import { hashId } from '@cloudos/crypto/hash'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { utf8 } from '@cloudos/protocol/bytes'
import { NO_HASH, idFromBytes } from '@cloudos/protocol/ids'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { believed, judgeHead, LAG_MAX_MS, newestOwn, settledAt } from '../copy/lie.ts'
import type { Contradiction, KnownHeads, OwnSightings, ShownHead, ToldSightings } from '../copy/lie.ts'
import { thinned } from '../copy/thinned.ts'

interface Kept extends SeenHead {
  readonly bytes: Uint8Array
  readonly prev: SeenHead['hash']
}

/** A history of heads as one medium shows it. */
export type Face = readonly Kept[]

/** A head like no other. A generation that is left out is the owner's word. */
export function grown(face: Face, dice: Dice, gen = (face.at(-1)?.gen ?? 0) + 1): Face {
  const bytes = utf8(`${String(gen)} ${String(dice.bytes(8))}`)
  return [...face, { gen, bytes, hash: hashId(bytes), prev: face.at(-1)?.hash ?? NO_HASH }]
}

export function shownBy(face: Face): ShownHead | undefined {
  const last = face.at(-1)
  return last && { head: last, read: { heads: [new Uint8Array(last.bytes)], version: '' } }
}

interface Heard {
  readonly said: OwnSightings
  readonly heardAtMs: ReadonlyMap<number, number>
}

/** A device that keeps a copy on one medium, and remembers as little as a real one. */
export class Watcher {
  readonly deviceId
  own: OwnSightings = { heads: [], settled: 0 }
  readonly #heard = new Map<Watcher, Heard>()

  constructor(dice: Dice) {
    this.deviceId = idFromBytes('DeviceId', dice.bytes(16))
  }

  hear(from: Watcher, said: OwnSightings, nowMs: number): void {
    const before = this.#heard.get(from)
    const heardAtMs = new Map(said.heads.map(({ gen }) => [gen, before?.heardAtMs.get(gen) ?? nowMs]))
    this.#heard.set(from, { said, heardAtMs })
  }

  known(nowMs: number): KnownHeads {
    const told = [...this.#heard].map(([{ deviceId }, { said, heardAtMs }]): ToldSightings => ({
      deviceId,
      settled: said.settled,
      heads: said.heads.map((head) => ({ ...head, heldForMs: nowMs - (heardAtMs.get(head.gen) ?? nowMs) })),
    }))
    return { own: this.own, told }
  }

  look(face: Face, nowMs: number): Contradiction | undefined {
    return judgeHead(shownBy(face), this.known(nowMs), true)
  }

  /** What it is shown is believed. */
  take(face: Face, nowMs: number, settled = settledAt(shownBy(face), this.known(nowMs))): void {
    const last = face.at(-1)
    if (last === undefined) return
    const before = this.own.heads.filter(({ gen }) => gen >= settled && gen < last.gen)
    this.own = { heads: thinned([...before, { gen: last.gen, hash: last.hash }]), settled }
  }

  /** The owner's word, as `writeCopy` writes it. */
  trust(face: Face, dice: Dice, nowMs: number): Face {
    const known = this.known(nowMs)
    const [highest] = believed(shownBy(face), known)
    const gen = Math.max(face.at(-1)?.gen ?? 0, newestOwn(known)?.gen ?? 0, highest?.gen ?? 0) + 2
    const next = grown(face, dice, gen)
    this.take(next, nowMs, gen)
    return next
  }
}

/** Everybody has said everything to everybody, long ago. */
export function tellAll(watchers: readonly Watcher[], nowMs: number): number {
  for (const one of watchers) for (const other of watchers) if (one !== other) one.hear(other, other.own, nowMs)
  return nowMs + LAG_MAX_MS
}
