import { clientIdFor } from '@cloudos/crypto/derive'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import { NO_FRAME } from '@cloudos/protocol/frame'
import { deviceOfChain, incarnationOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DeviceId, DocId, Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'

export interface ChainTip {
  readonly seq: number
  readonly id: Hash
}

/** One writer's frames of one document, as far as this device has admitted them. */
export interface Chain {
  readonly key: ChainKey
  tip: ChainTip
  /** Frames up to this one are not in the log: a snapshot stands for them. 0 where the log has the chain from its beginning. */
  floorSeq: number
  /** Where in the log that snapshot stands; means nothing where `floorSeq` is 0. */
  floorPlace: number
  /** Where in the log the frames behind the floor stand, see `placeOf`. */
  places: number[]
  frozen: boolean
  /** Frames that came before their predecessors or before structs they lean on, by seq. Their signatures hold. */
  readonly parked: Map<number, ParkedFrame>
  /** The highest seq for which there was no room to wait: it has to be asked for again. */
  droppedSeq: number
  /** Client ids this chain has written under, and the counters they were derived from. */
  readonly counterByClient: Map<number, number>
  /** Ids derived ahead of use, so that tabs of one browser may begin to write in any order. */
  readonly expected: Map<number, number>
}

export interface ParkedFrame {
  readonly frame: ParsedFrame
  readonly frameId: Hash
  readonly from: string
  /** Where it stands in the log, when it was found there behind a damaged record. */
  readonly place?: number
}

/** Where in the log the chain's frame `seq` stands; `undefined` for what is not there. */
export function placeOf({ places, floorSeq }: Chain, seq: number): number | undefined {
  return seq > floorSeq ? places[seq - floorSeq - 1] : undefined
}

/** What one device knows of all chains of one document. It judges no signature and reads no content. */
export class ChainBook {
  readonly #docId: DocId
  readonly #chains = new Map<ChainKey, Chain>()
  readonly #chainsByDevice = new Map<DeviceId, number>()
  readonly #ownerByClient = new Map<number, ChainKey>()
  #parkedCount = 0
  #parkedBytes = 0

  constructor(docId: DocId) {
    this.#docId = docId
  }

  find(key: ChainKey): Chain | undefined {
    return this.#chains.get(key)
  }

  /** `undefined` when the document, or the device in it, already has as many chains as it may. */
  open(key: ChainKey): Chain | undefined {
    const known = this.#chains.get(key)
    if (known !== undefined) return known
    if (this.#chains.size >= LIMITS.chainsPerDoc) return undefined
    const deviceId = deviceOfChain(key)
    const already = this.#chainsByDevice.get(deviceId) ?? 0
    if (already >= LIMITS.chainsPerDevicePerDoc) return undefined
    this.#chainsByDevice.set(deviceId, already + 1)
    const chain: Chain = {
      key,
      tip: { seq: 0, id: NO_FRAME },
      floorSeq: 0,
      floorPlace: 0,
      places: [],
      frozen: false,
      parked: new Map(),
      droppedSeq: 0,
      counterByClient: new Map(),
      expected: new Map(),
    }
    this.#chains.set(key, chain)
    return chain
  }

  chains(): Iterable<Chain> {
    return this.#chains.values()
  }

  heads(): Map<ChainKey, ChainTip> {
    const heads = new Map<ChainKey, ChainTip>()
    for (const chain of this.#chains.values()) if (chain.tip.seq > 0) heads.set(chain.key, chain.tip)
    return heads
  }

  advance(chain: Chain, tip: ChainTip, place: number): void {
    chain.tip = tip
    chain.places.push(place)
  }

  /** The chain goes on behind a snapshot at `place` in the log that covers it up to `tip`, which is ahead of what is here. */
  rebase(chain: Chain, tip: ChainTip, place: number): void {
    chain.tip = tip
    chain.floorSeq = tip.seq
    chain.floorPlace = place
    chain.places = []
    for (const seq of [...chain.parked.keys()]) if (seq <= tip.seq) this.#unpark(chain, seq)
  }

  /** Whether `client` is an id of this chain, registering it on first use. An id another chain holds is never taken over. */
  claimsClient(chain: Chain, client: number): boolean {
    if (chain.counterByClient.has(client)) return true
    const counter = this.#expectedCounter(chain, client)
    if (counter === undefined || this.#ownerByClient.has(client)) return false
    chain.counterByClient.set(client, counter)
    this.#ownerByClient.set(client, chain.key)
    return true
  }

  ownerOf(client: number): ChainKey | undefined {
    return this.#ownerByClient.get(client)
  }

  /** The id this chain wrote under last. */
  lastClient(chain: Chain): number | undefined {
    let last: number | undefined
    for (const [client, counter] of chain.counterByClient)
      if (last === undefined || counter > (chain.counterByClient.get(last) ?? -1)) last = client
    return last
  }

  /** The next unused id of this chain that no other chain holds. Claiming it reserves nothing for others until it is used. */
  freeClient(chain: Chain, taken: ReadonlySet<number>): number | undefined {
    this.#derive(chain)
    for (const client of chain.expected.keys()) {
      const used = chain.counterByClient.has(client) || taken.has(client) || this.#ownerByClient.has(client)
      if (!used) return client
    }
    return undefined
  }

  /** Keeps a frame whose turn has not come; notes that it has to be asked for again when there is no room. */
  park(chain: Chain, parked: ParkedFrame): void {
    const { seq } = parked.frame.header
    if (chain.parked.has(seq)) return
    const size = parked.frame.bytes.length
    if (this.#parkedCount >= LIMITS.parkedFramesPerDoc || this.#parkedBytes + size > LIMITS.parkedBytesPerDoc) {
      chain.droppedSeq = Math.max(chain.droppedSeq, seq)
      return
    }
    chain.parked.set(seq, parked)
    this.#parkedCount += 1
    this.#parkedBytes += size
  }

  /** Takes out the parked frame that follows the chain's tip. */
  unparkNext(chain: Chain): ParkedFrame | undefined {
    return this.#unpark(chain, chain.tip.seq + 1)
  }

  hasParked(): boolean {
    return this.#parkedCount > 0
  }

  #unpark(chain: Chain, seq: number): ParkedFrame | undefined {
    const parked = chain.parked.get(seq)
    if (parked === undefined) return undefined
    chain.parked.delete(seq)
    this.#parkedCount -= 1
    this.#parkedBytes -= parked.frame.bytes.length
    return parked
  }

  #expectedCounter(chain: Chain, client: number): number | undefined {
    if (!chain.expected.has(client)) this.#derive(chain)
    return chain.expected.get(client)
  }

  #derive(chain: Chain): void {
    let highest = -1
    for (const counter of chain.counterByClient.values()) highest = Math.max(highest, counter)
    const wanted = Math.min(highest + 1 + LIMITS.clientIdsAhead, LIMITS.clientIdsPerChain)
    for (let counter = chain.expected.size; counter < wanted; counter++) {
      const client = clientIdFor(this.#docId, deviceOfChain(chain.key), incarnationOfChain(chain.key), counter)
      chain.expected.set(client, counter)
    }
  }
}
