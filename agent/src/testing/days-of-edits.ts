import { strict as assert } from 'node:assert'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { addDevice } from '@cloudos/crypto/change-authority'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { CopyKeeper } from '@cloudos/mesh/copy/copy-keeper'
import { memoryAlone } from '@cloudos/mesh/copy/copy-memory'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { takeCopy } from '@cloudos/mesh/copy/take-copy'
import type { SeenHead } from '@cloudos/protocol/sightings'
import type { Incident } from '@cloudos/mesh/incident'
import { RECORD_HEADER_BYTES } from '@cloudos/mesh/log-records'
import type { Profile } from '@cloudos/mesh/profile'
import type { SealedDoc } from '@cloudos/mesh/sealed-doc'
import { hashState } from '@cloudos/mesh/snapshots/canonical-state'
import type { StateHashes } from '@cloudos/mesh/snapshots/canonical-state'
import { DOC } from '@cloudos/mesh/testing/family'
import { keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import type { BlobStoreCapabilities, Clock, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import type { MemoryMedium } from '@cloudos/storage-adapters/memory'
import type * as Y from 'yjs'
import { house, NOW_MS, stillClock } from './protected-house.ts'
import type { House } from './protected-house.ts'

const HOUR_MS = 60 * 60_000
const START_MS = Date.UTC(2027, 0, 4)

/** A profile whose devices keep one medium, on a clock that only moves when it is told to. */
export class SlowHouse {
  readonly medium: MemoryMedium
  readonly house: House
  readonly dice: Dice
  readonly incidents: Incident[] = []
  nowMs = START_MS
  readonly #keepers = new Map<number, CopyKeeper>()
  readonly #seen = new Map<number, SeenHead>()

  static async open(devices: number, seed: number, medium = createMemoryMedium()): Promise<SlowHouse> {
    return new SlowHouse(await house(devices, seed), medium, seed)
  }

  private constructor(opened: House, medium: MemoryMedium, seed: number) {
    this.house = opened
    this.medium = medium
    this.dice = createDice(seed)
  }

  connect(): ConnectedBlobStore {
    // Memory stands for a place that drops nothing by itself.
    return withCapabilities(createBlobStore(this.medium), { evictable: false })
  }

  profile(at: number): Profile {
    const profile = this.house.profiles[at]
    assert.ok(profile)
    return profile
  }

  doc(at: number): Promise<SealedDoc> {
    return this.profile(at).replica.open(DOC)
  }

  keeper(at: number, connect = (): ConnectedBlobStore => this.connect()): CopyKeeper {
    const known = this.#keepers.get(at)
    if (known !== undefined) return known
    const identity = this.house.identities[at]
    assert.ok(identity)
    const clock: Clock = { ...stillClock, nowMs: () => this.nowMs }
    const keeper = startCopy({
      connect: () => Promise.resolve(connect()),
      medium: 'stick',
      profile: this.profile(at),
      identity,
      ways: () => this.house.ways,
      memory: memoryAlone({
        find: () => this.#seen.get(at),
        save: (seen) => {
          this.#seen.set(at, seen)
        },
      }),
      clock,
      saveEveryMs: 3_000,
      ownDomain: () => Promise.resolve('own disk'),
      retryAfterMs: () => 1_000,
      onIncident: (incident) => this.incidents.push(incident),
    })
    this.#keepers.set(at, keeper)
    return keeper
  }

  /** As if the program had ended: what only memory knew is gone. */
  async restartKeeper(at: number): Promise<void> {
    await this.#keepers.get(at)?.close()
    this.#keepers.delete(at)
  }

  /** Each of `devices` writes its part of a day's edits, spread over the day, and saves after every bit of it. */
  async writeDay(edits: number, savesPerDay: number, devices: readonly number[] = [0]): Promise<void> {
    for (let save = 0; save < savesPerDay; save++) {
      for (const at of devices) {
        const doc = await this.doc(at)
        const share = Math.ceil(edits / savesPerDay / devices.length)
        for (let edit = 0; edit < share; edit++) {
          editAsAPerson(doc.ydoc, this.dice)
          await doc.durable()
        }
      }
      this.nowMs += (24 * HOUR_MS) / savesPerDay
      for (const at of devices) await this.keeper(at).sync()
    }
  }

  /** What a device reads that was let in today and has nothing but the medium. */
  async readAnew(store = this.connect()): Promise<{ readonly hashes: StateHashes; readonly records: number }> {
    const { founded, dice } = this.house
    const copy = await readCopy(store, founded.profileId)
    assert.ok(copy.ok)
    const identity = newDevice(dice)
    const certificate = await issueCertificate({
      profileId: founded.profileId,
      identity,
      name: 'new',
      class: 'agent',
      caps: [],
      challenge: dice.bytes(32),
      nowMs: NOW_MS,
    })
    const power = { state: copy.value.state, root: founded.rootSigner, rng: dice, nowMs: NOW_MS }
    const added = await addDevice(power, certificate, founded.keyByEpoch)
    const kept = keptOf({ ...founded, entries: [] }, identity, dice)
    kept.entries.push(...copy.value.entries, ...added.map(({ bytes }) => bytes))
    const profile = await openKept(kept, stillClock)
    const { damaged } = await takeCopy(copy.value, profile.replica, 'stick')
    assert.deepEqual(damaged, [])
    const doc = await profile.replica.open(DOC)
    const hashes = hashState(doc.ydoc)
    assert.ok(hashes)
    const records = doc.frameCount
    await profile.close()
    assert.deepEqual(kept.incidents, [])
    return { hashes, records }
  }

  async mediumBytes(): Promise<number> {
    let sum = 0
    for await (const name of this.connect().list(''))
      this.medium.damage(name, (bytes) => {
        sum += bytes.length
        return bytes
      })
    return sum
  }

  async close(): Promise<void> {
    for (const keeper of this.#keepers.values()) await keeper.close()
    for (const profile of this.house.profiles) await profile.close()
  }
}

/** As if the place were another one. */
export function withCapabilities(store: ConnectedBlobStore, other: Partial<BlobStoreCapabilities>): ConnectedBlobStore {
  const capabilities = { ...store.capabilities, ...other }
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = name === 'capabilities' ? capabilities : Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

/** Mostly words, one behind the other; now and then somewhere else, a correction, a setting. */
function editAsAPerson(ydoc: Y.Doc, dice: Dice): void {
  const text = ydoc.getText('text')
  const settings = ydoc.getMap('settings')
  const act = dice.below(10)
  const at = act < 7 ? Math.max(0, text.length - 1) : dice.below(text.length + 1)
  if (act < 8) text.insert(at, 'wordswordswords'.slice(0, 1 + dice.below(9)) + ' ')
  else if (act === 8) text.delete(at, Math.min(text.length - at, 1 + dice.below(8)))
  else settings.set(`setting ${String(dice.below(50))}`, dice.below(1_000_000))
}

export interface CompactedMedium {
  readonly mediumBytes: number
  readonly snapshotBytes: number
  readonly lastWeekBytes: number
  /** Of the longest log that one of the devices keeps for itself. */
  readonly logBytes: number
  readonly edits: number
  /** A new device with nothing but the medium has every byte of state the writers have. */
  readonly isEqual: boolean
  /** How many things a new device has to take. */
  readonly records: number
}

/** A month of a person's edits, and what lies on the medium at its end. */
export async function compactOverDays(options: {
  readonly days: number
  readonly editsPerDay: number
  readonly devices: number
  readonly seed: number
}): Promise<CompactedMedium> {
  const slow = await SlowHouse.open(options.devices, options.seed)
  const writers = slow.house.profiles.map((_, at) => at)
  const bytesByDay: number[] = []
  for (let day = 0; day < options.days; day++) {
    const before = (await slow.doc(0)).frameCount
    await slow.writeDay(options.editsPerDay, 24, writers)
    // None of them is given up on the day that it was written.
    bytesByDay.push(await bytesFrom(await slow.doc(0), before))
  }
  // Each has had the other's last edits before they are compared.
  for (let round = 0; round < 2; round++) for (const at of writers) await slow.keeper(at).sync()
  const doc = await slow.doc(0)
  const want = hashState(doc.ydoc)
  const { hashes, records } = await slow.readAnew()
  const logs = await Promise.all(writers.map(async (at) => bytesFrom(await slow.doc(at), 0)))
  const snapshot = await doc.snapshot()
  const isEqual =
    hashes.stateVectorHash === want?.stateVectorHash && hashes.canonicalJsonHash === want.canonicalJsonHash
  const mediumBytes = await slow.mediumBytes()
  assert.deepEqual(slow.incidents, [])
  await slow.close()
  return {
    mediumBytes,
    snapshotBytes: snapshot?.parts.reduce((sum, { length }) => sum + length, 0) ?? 0,
    lastWeekBytes: bytesByDay.slice(-7).reduce((sum, bytes) => sum + bytes, 0),
    logBytes: Math.max(...logs),
    edits: doc.editCount,
    isEqual,
    records,
  }
}

async function bytesFrom(doc: SealedDoc, place: number): Promise<number> {
  let sum = 0
  for await (const { frame } of doc.scan(place)) sum += frame.length + RECORD_HEADER_BYTES
  return sum
}
