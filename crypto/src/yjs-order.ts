import { LIMITS } from '@cloudos/protocol/limits'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'

export interface ClockId {
  readonly client: number
  readonly clock: number
}

export interface StructShape extends ClockId {
  /** Clocks the struct takes, at least 1. */
  readonly length: number
  readonly kind: 'item' | 'gc'
}

/** A struct with what it stands beside (its origins) or inside (its parent). Yjs takes the parent from an origin when there is one. */
export interface LinkedStruct extends StructShape {
  readonly isType: boolean
  readonly origin: ClockId | undefined
  readonly rightOrigin: ClockId | undefined
  readonly parent: ClockId | undefined
}

/** A shared type of this update that will stand `below` levels under the level of a struct from elsewhere. */
export interface Nest extends ClockId {
  readonly below: number
}

export interface UpdateOrder {
  /** Per client, the highest clock that must be known from elsewhere before this update can be applied. */
  readonly needs: readonly ClockId[]
  readonly nests: readonly Nest[]
  readonly steps: number
}

/** The structs of one client, in the order of their clocks and without a gap. */
export type StructRun = readonly LinkedStruct[]

/**
 * Walks the structs as Yjs will integrate them, each after those it names. Refuses structs that wait for one another, which Yjs
 * would keep pending for ever, and shared types nested so deeply that deleting or reading them would overflow its stack.
 */
export function orderStructs(
  runByClient: ReadonlyMap<number, StructRun>,
): Result<UpdateOrder, 'bad-reference' | 'too-deep'> {
  const walk = new Walk(runByClient)
  for (const lane of walk.laneByClient.values()) {
    const refusal = walk.finish(lane)
    if (refusal !== undefined) return err(refusal)
  }
  return ok({
    needs: Array.from(walk.needByClient, ([client, clock]) => ({ client, clock })),
    nests: walk.nests,
    steps: walk.steps,
  })
}

/** How far one client's structs have been walked: as far as `levels` reaches. */
interface Lane {
  readonly run: StructRun
  readonly levels: Level[]
  onStack: boolean
  /** The clock that the lane below it on the stack waits for. */
  until: number
}

/** A struct's place in the tree: so many levels under the level of `anchor`, or under the document itself. */
interface Level {
  readonly anchor: ClockId | undefined
  readonly below: number
}

const TOP: Level = { anchor: undefined, below: 0 }

class Walk {
  readonly laneByClient = new Map<number, Lane>()
  readonly needByClient = new Map<number, number>()
  readonly nests: Nest[] = []
  readonly stack: Lane[] = []
  steps = 0

  constructor(runByClient: ReadonlyMap<number, StructRun>) {
    for (const [client, run] of runByClient) {
      this.laneByClient.set(client, { run, levels: [], onStack: false, until: 0 })
    }
  }

  finish(first: Lane): 'bad-reference' | 'too-deep' | undefined {
    this.push(first, Number.MAX_SAFE_INTEGER)
    for (let lane = this.stack.at(-1); lane !== undefined; lane = this.stack.at(-1)) {
      this.steps++
      const struct = lane.run[lane.levels.length]
      if (struct === undefined || struct.clock > lane.until) {
        lane.onStack = false
        this.stack.pop()
        continue
      }
      const missing = this.findMissing(struct)
      if (missing === undefined) {
        const level = this.place(struct)
        if (level.below > LIMITS.yjsMaxNesting) return 'too-deep'
        lane.levels.push(level)
      } else {
        if (missing.lane.onStack) return 'bad-reference'
        this.push(missing.lane, missing.clock)
      }
    }
    return undefined
  }

  private push(lane: Lane, until: number): void {
    lane.onStack = true
    lane.until = until
    this.stack.push(lane)
  }

  private findMissing(struct: LinkedStruct): { lane: Lane; clock: number } | undefined {
    for (const id of [struct.origin, struct.rightOrigin, struct.parent]) {
      if (id === undefined) continue
      const lane = this.findLane(id)
      if (lane === undefined)
        this.needByClient.set(id.client, Math.max(id.clock, this.needByClient.get(id.client) ?? 0))
      else if (id.clock >= nextClock(lane)) return { lane, clock: id.clock }
    }
    return undefined
  }

  /** `undefined` when the update does not hold the struct. */
  private findLane(id: ClockId): Lane | undefined {
    const lane = this.laneByClient.get(id.client)
    const first = lane?.run[0]
    const last = lane?.run.at(-1)
    if (first === undefined || last === undefined) return undefined
    return id.clock >= first.clock && id.clock < last.clock + last.length ? lane : undefined
  }

  private place(struct: LinkedStruct): Level {
    const level = this.levelOf(struct)
    if (struct.isType && level.anchor !== undefined) this.nests.push({ ...level.anchor, below: level.below })
    return level
  }

  private levelOf(struct: LinkedStruct): Level {
    if (struct.parent !== undefined) {
      const { anchor, below } = this.levelAt(struct.parent)
      return { anchor, below: below + 1 }
    }
    const beside = struct.origin ?? struct.rightOrigin
    return beside === undefined ? TOP : this.levelAt(beside)
  }

  private levelAt(id: ClockId): Level {
    const lane = this.findLane(id)
    return lane?.levels[this.indexAt(lane.run, id.clock)] ?? { anchor: id, below: 0 }
  }

  private indexAt(run: StructRun, clock: number): number {
    let low = 0
    let high = run.length - 1
    while (low < high) {
      this.steps++
      const middle = (low + high + 1) >> 1
      if ((run[middle]?.clock ?? 0) <= clock) low = middle
      else high = middle - 1
    }
    return low
  }
}

function nextClock(lane: Lane): number {
  return lane.run[lane.levels.length]?.clock ?? Number.MAX_SAFE_INTEGER
}
