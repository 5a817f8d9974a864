import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { joinCommand } from '@cloudos/protocol/agent-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import {
  editDocumentCommand,
  inviteCommand,
  readDocumentCommand,
  statusCommand,
  watchPairingCommand,
} from '@cloudos/protocol/commands'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import { launchAgent, startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
import { createOwner } from './owner.ts'
import type { Owner } from './owner.ts'

/** Whose process is killed (`kill -9`). */
export type Victim = 'joiner' | 'inviter'

export interface PairingKillReport {
  /** In how many rounds the new device was a member when both had been started again. */
  readonly wereIn: number
  /** In how many it was not, and was paired anew. */
  readonly pairedAnew: number
}

const POINTS = ['starting', 'words', 'decided', 'paired'] as const
type Point = (typeof POINTS)[number]

/** How long after such a point the victim is left alive at most. */
const STARTING_MS = 400
const STEP_MS = 25
const DOCUMENT = 'while-pairing'

/**
 * Pairs a new device again and again, and kills one side at moments that `seed` draws. Both are started again: then the new device
 * either is a member, or can be paired anew; in both cases what either writes reaches the other, and nothing acknowledged is missing.
 * Rejects, naming the round, when that is not so.
 */
export async function killWhilePairing(victim: Victim, rounds: number, seed: number): Promise<PairingKillReport> {
  await using house = new AsyncDisposableStack()
  const dice = createDice(seed)
  const owner = await createOwner()
  const home = house.use(await createHome())
  let inviter = house.use(await startAgent(home))
  await owner.enrol(inviter)
  const words: string[] = []
  const report = { wereIn: 0, pairedAnew: 0 }
  for (let round = 0; round < rounds; round++) {
    const point = POINTS[round % POINTS.length] ?? 'starting'
    const newHome = house.use(await createHome())
    words.push(await write(inviter, `before${String(round)}`))
    await killOnce(victim, point, { inviter, newHome, owner, dice })
    if (victim === 'inviter') inviter = house.use(await startAgent(home))
    const device = house.use(await startAgent(newHome))
    if (await makeMember(device, inviter, owner)) report.wereIn++
    else report.pairedAnew++
    words.push(await write(device, `after${String(round)}`))
    const what = `round ${String(round)}, the ${victim} killed at "${point}": both are devices and have everything`
    await eventually(what, async () => ((await haveAll([inviter, device], words)) ? true : undefined))
    const { deviceId } = await device.call(statusCommand, {})
    const { devices } = await inviter.call(listDevicesCommand, {})
    assert.equal(devices.filter((one) => one.deviceId === deviceId).length, 1, what)
    await device.stop()
  }
  await inviter.stop()
  return report
}

interface Round {
  readonly inviter: AgentProcess
  readonly newHome: Home
  readonly owner: Owner
  readonly dice: Dice
}

/** Neither the new device nor a killed inviter runs afterwards. */
async function killOnce(victim: Victim, point: Point, { inviter, newHome, owner, dice }: Round): Promise<void> {
  const { link } = await inviter.call(inviteCommand, {})
  await using joiner = await launchAgent(newHome, '--pair', link)
  const decision = letVisitorsIn(inviter, owner)
  const paired = joiner.printed(/^Paired\.$/m)
  const reached: Readonly<Record<Point, () => Promise<unknown>>> = {
    starting: () => delay(dice.below(STARTING_MS)),
    words: () => joiner.printed(/Compare on both screens/),
    decided: () => decision.begun,
    paired: () => paired,
  }
  paired.catch(() => undefined)
  await reached[point]()
  if (point !== 'starting') await delay(dice.below(STEP_MS))
  await (victim === 'joiner' ? joiner : inviter).end('SIGKILL')
  // A joiner whose inviter has gone says so and ends, unless it was through.
  await Promise.race([joiner.ended, paired.catch(() => undefined)])
  decision.end()
  await joiner.end('SIGTERM')
}

/** Whether it was one already; if not, it is let in by a new link. */
async function makeMember(device: AgentProcess, inviter: AgentProcess, owner: Owner): Promise<boolean> {
  const { profileId } = await device.call(statusCommand, {})
  if (profileId !== undefined) return true
  const { link } = await inviter.call(inviteCommand, {})
  const decision = letVisitorsIn(inviter, owner)
  await device.call(joinCommand, { link })
  decision.end()
  return false
}

/** The owner says yes to whoever waits. `begun`: to the first. */
function letVisitorsIn(host: AgentProcess, owner: Owner): { readonly begun: Promise<void>; readonly end: () => void } {
  const { promise: begun, resolve, reject } = Promise.withResolvers<void>()
  begun.catch(() => undefined)
  let hasEnded = false
  const decide = async (): Promise<void> => {
    while (!hasEnded) {
      const visitor = await host.firstEvent(watchPairingCommand, {})
      if (hasEnded) return
      resolve()
      await owner.letIn(host, visitor)
    }
  }
  const expected = ['disconnected', 'nobody-waits', 'timeout']
  void decide().catch((cause: unknown) => {
    if (!(cause instanceof CloudError) || !expected.includes(cause.code)) {
      reject(cause)
      throw cause
    }
  })
  return {
    begun,
    end: () => {
      hasEnded = true
    },
  }
}

async function write(agent: AgentProcess, word: string): Promise<string> {
  const at = Number.MAX_SAFE_INTEGER
  await agent.call(editDocumentCommand, { document: DOCUMENT, at, remove: 0, insert: `${word} ` })
  return word
}

async function haveAll(agents: readonly AgentProcess[], words: readonly string[]): Promise<boolean> {
  for (const agent of agents) {
    const { text } = await agent.call(readDocumentCommand, { document: DOCUMENT })
    const there = text.split(' ')
    if (!words.every((word) => there.includes(word))) return false
  }
  return true
}
