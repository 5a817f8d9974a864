import assert from 'node:assert/strict'
import { revokeDevice, widenCuts } from '@cloudos/crypto/change-authority'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import type { Cut } from '@cloudos/protocol/authority-body'
import { deviceOfChain, incarnationOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DeviceId, Incarnation } from '@cloudos/protocol/ids'
import { createDiskStore } from '../disk-log.ts'
import { HEADS_PROTOCOL } from '../heads-session.ts'
import type { Profile } from '../profile.ts'
import { RENEWALS_PROTOCOL } from '../renewals/renewal-exchange.ts'
import { startReplica } from '../replica.ts'
import type { Replica } from '../replica.ts'
import { DOC, instantClock, peerIdOf } from './family.ts'
import { MemoryDisk } from './memory-disk.ts'
import { MemoryNetwork } from './memory-net.ts'
import { foundWith, keptOf, newDevice, openKept } from './profiles.ts'
import { SteppedClock } from './stepped-clock.ts'

const HONEST = 3
const STEPS = 14
const TOO_LATE = 'too late'

export interface TheftReport {
  /** How often the cut had to be widened. */
  readonly widened: number
  /** Honest devices that were still connected to the thief when they knew. */
  readonly stillConnected: number
  /** Frames of the thief that some honest device took although none had believed them when it was told. */
  readonly laterTaken: number
  /** Frames that one honest device had believed and another lacks in the end. */
  readonly missing: number
  /** How many different documents the honest devices end with: 1 when they agree. */
  readonly documents: number
}

/**
 * A device is stolen, and goes on writing for whoever is connected to it; partitions come and go; at a drawn moment the owner removes
 * it. In the end the honest devices meet, and the thief tries each of them once more.
 */
export async function runTheft(seed: number): Promise<TheftReport> {
  const dice = createDice(seed)
  const pick = (below: number): number => (dice.bytes(1)[0] ?? 0) % below
  const theft = await startTheft(dice)
  const { network, clock, founded, honest, first, stolen, thief, meet, cut, write } = theft
  const takenWhenTold: ReadonlyMap<ChainKey, number>[] = []
  const told = new Set<Profile>()
  let stillConnected = 0
  for (const profile of honest)
    profile.authority.onChanged(({ deviceById }) => {
      if (told.has(profile) || deviceById.get(thief.deviceId)?.revoked === undefined) return
      told.add(profile)
      takenWhenTold.push(takenOf(profile.replica, thief.deviceId))
      if (profile.replica.peers().includes(peerIdOf(thief))) stillConnected++
    })
  const power = () => ({ state: first.authority.state, root: founded.rootSigner, rng: dice, nowMs: clock.nowMs() })
  const removeAt = 3 + pick(6)

  for (let step = 0; step < STEPS; step++) {
    if (step === removeAt) {
      const admitted = admittedOf(first.replica, thief.deviceId)
      const { entries } = await revokeDevice(power(), { deviceId: thief.deviceId, reason: 'stolen', admitted })
      await first.authority.take(entries.map(({ bytes }) => bytes))
    }
    const [from, to] = [pick(HONEST + 1), pick(HONEST + 1)]
    const act = pick(5)
    if (act === 0) cut(from, to)
    else if (act <= 2) await meet(from, to)
    else await write(from, `${String(step)} `)
    await write(HONEST, 'theirs ')
    await network.settle()
  }

  for (let from = 0; from < HONEST; from++) for (let to = 0; to < HONEST; to++) await meet(from, to)
  await network.settle()
  assert.equal(told.size, HONEST, `seed ${String(seed)}: everybody has heard`)
  await write(HONEST, `${TOO_LATE} `)
  for (let to = 0; to < HONEST; to++) await meet(HONEST, to)
  let round = 0
  for (; first.widerCuts().size > 0; round++) {
    assert.ok(round < 5, `seed ${String(seed)}: the cut comes to rest`)
    const entries = await widenCuts(power(), first.widerCuts())
    await first.authority.take(entries.map(({ bytes }) => bytes))
    await network.settle()
  }
  clock.step(60)
  await network.settle()

  const report = { widened: round, stillConnected, ...(await compareEnds(honest, thief.deviceId, takenWhenTold)) }
  await Promise.all([...honest.map((profile) => profile.close()), stolen.close()])
  return report
}

async function compareEnds(
  honest: readonly Profile[],
  thief: DeviceId,
  takenWhenTold: readonly ReadonlyMap<ChainKey, number>[],
): Promise<Pick<TheftReport, 'laterTaken' | 'missing' | 'documents'>> {
  const believed = new Map<ChainKey, number>()
  for (const taken of takenWhenTold)
    for (const [chain, seq] of taken) believed.set(chain, Math.max(seq, believed.get(chain) ?? 0))
  const texts = new Set<string>()
  let [laterTaken, missing] = [0, 0]
  for (const { replica } of honest) {
    const taken = takenOf(replica, thief)
    for (const chain of new Set([...believed.keys(), ...taken.keys()])) {
      const further = (taken.get(chain) ?? 0) - (believed.get(chain) ?? 0)
      laterTaken += Math.max(further, 0)
      missing += Math.max(-further, 0)
    }
    texts.add((await replica.open(DOC)).ydoc.getText('t').toJSON())
  }
  laterTaken += [...texts].filter((text) => text.includes(TOO_LATE)).length
  return { laterTaken, missing, documents: texts.size }
}

/** How far a replica has taken each chain of a device. */
function takenOf(replica: Replica, deviceId: DeviceId): ReadonlyMap<ChainKey, number> {
  const doc = replica.docs().find(({ docId }) => docId === DOC)
  const tips = [...(doc?.heads() ?? [])].filter(([chain]) => deviceOfChain(chain) === deviceId)
  return new Map(tips.map(([chain, { seq }]) => [chain, seq]))
}

function admittedOf(replica: Replica, deviceId: DeviceId): Cut['chainsByDoc'] {
  const chains = [...takenOf(replica, deviceId)].map(([chain, seq]): [Incarnation, number] => [
    incarnationOfChain(chain),
    seq,
  ])
  return chains.length === 0 ? new Map() : new Map([[DOC, new Map(chains)]])
}

/** Three honest devices, the first with the root, and a thief with a device that hears nothing of its removal and goes on. */
async function startTheft(dice: Dice) {
  const network = new MemoryNetwork()
  const clock = new SteppedClock(instantClock.nowMs())
  const identities = Array.from({ length: HONEST + 1 }, () => newDevice(dice))
  const thief = identities.at(-1)
  assert.ok(thief)
  const founded = await foundWith(dice, identities.map((identity) => [identity, 'agent'] as const)) // prettier-ignore
  const honest: Profile[] = []
  for (const identity of identities.slice(0, HONEST)) {
    const profile = await openKept(keptOf(founded, identity, dice), clock)
    await profile.replica.open(DOC)
    profile.attach(network.join(peerIdOf(identity)))
    honest.push(profile)
  }
  const [first] = honest
  assert.ok(first)
  const stolen = startReplica({
    identity: thief,
    membership: (await openKept(keptOf(founded, thief, dice), clock)).membership,
    store: createDiskStore(new MemoryDisk('thief')),
    clock,
    rng: dice,
    onIncident: () => undefined,
  })
  await stolen.open(DOC)
  const net = network.join(peerIdOf(thief))
  stolen.attach(net)
  net.handle(HEADS_PROTOCOL, () => undefined)
  net.handle(RENEWALS_PROTOCOL, (channel) => {
    channel.close()
  })
  const peerIds = identities.map(peerIdOf)
  const meet = async (from: number, to: number): Promise<void> => {
    const [dialler, peer, own] = [honest[from] ?? stolen, peerIds[to], peerIds[from]]
    if (peer === undefined || own === undefined || from === to) return
    if (from < HONEST && honest[from]?.admits(peer) !== true) return
    await dialler.connect(network.join(own), peer)
  }
  const cut = (from: number, to: number): void => {
    const [a, b] = [peerIds[from], peerIds[to]]
    if (a !== undefined && b !== undefined) network.cut(a, b)
  }
  const replicas = [...honest.map(({ replica }) => replica), stolen]
  const write = async (at: number, words: string): Promise<void> => {
    const ydoc = (await replicas[at]?.open(DOC))?.ydoc
    ydoc?.getText('t').insert(0, words)
  }
  return { network, clock, founded, honest, first, stolen, thief, meet, cut, write }
}
