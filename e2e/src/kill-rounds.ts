import { setTimeout as delay } from 'node:timers/promises'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { editDocumentCommand, readDocumentCommand } from '@cloudos/protocol/commands'
import { launchAgent, startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
import { incidentsOf } from './incidents.ts'
import { createOwner } from './owner.ts'

export interface KillReport {
  readonly rounds: number
  readonly acknowledged: number
  /** Acknowledged words that were not there after the restart. */
  readonly lost: readonly string[]
  /** Words, acknowledged or not, that were there more than once. */
  readonly doubled: readonly string[]
  /** What either agent wrote down about chains frozen and frames refused. */
  readonly incidents: readonly string[]
  readonly slowestRestartMs: number
}

/** The machine writes words for up to this long before the agent is killed. */
const WRITE_MAX_MS = 150
/** Some starts are killed too, before they are ready. */
const START_MAX_MS = 300
const ROUNDS_PER_DOCUMENT = 20

/**
 * Kills an agent (`kill -9`) again and again while it writes, at moments that `seed` draws, and looks each time whether everything
 * it had acknowledged is still there. A second agent follows; in some rounds it is killed too, and in some they have to be equal
 * before the next.
 */
export async function runKillRounds(rounds: number, seed: number): Promise<KillReport> {
  await using stack = new AsyncDisposableStack()
  const dice = createDice(seed)
  const [homeA, homeB] = [stack.use(await createHome()), stack.use(await createHome())]
  const owner = await createOwner()
  let a = stack.use(await startAgent(homeA))
  await owner.enrol(a)
  let b = stack.use(await owner.startPaired(a, homeB))
  const restart = async (home: Home): Promise<AgentProcess> => stack.use(await startAgent(home))
  const tally = { acknowledged: 0, lost: new Array<string>(), doubled: new Array<string>(), slowestRestartMs: 0 }
  for (let round = 0; round < rounds; round++) {
    const document = `kill-${String(Math.floor(round / ROUNDS_PER_DOCUMENT))}`
    const written = await writeUntilKilled(a, document, `${String(round)}.`, dice)
    if (dice.below(5) === 0) {
      await b.end('SIGKILL')
      b = await restart(homeB)
    }
    if (dice.below(5) === 0) await killWhileStarting(homeA, dice)
    a = await restart(homeA)
    const words = await wordsOf(a, document)
    tally.acknowledged += written.length
    tally.lost.push(...written.filter((word) => !words.includes(word)))
    tally.doubled.push(...words.filter((word, at) => words.indexOf(word) !== at))
    tally.slowestRestartMs = Math.max(tally.slowestRestartMs, a.readyMs)
    if (dice.below(5) === 0 || round === rounds - 1) await untilEqual(a, b, document)
  }
  await Promise.all([a.stop(), b.stop()])
  return { rounds, ...tally, incidents: [homeA, homeB].flatMap(incidentsOf) }
}

/** Writes word after word, several at a time, until the agent is gone. Resolves with those that were acknowledged. */
async function writeUntilKilled(
  agent: AgentProcess,
  document: string,
  prefix: string,
  dice: Dice,
): Promise<readonly string[]> {
  const acknowledged: string[] = []
  let next = 0
  const write = async (): Promise<void> => {
    for (;;) {
      const word = `${prefix}${String(next++)}`
      await agent.call(editDocumentCommand, { document, at: Number.MAX_SAFE_INTEGER, remove: 0, insert: `${word} ` })
      acknowledged.push(word)
    }
  }
  const writers = Array.from({ length: 1 + dice.below(4) }, () => write().catch(expectDisconnected))
  await delay(dice.below(WRITE_MAX_MS))
  await agent.end('SIGKILL')
  await Promise.all(writers)
  return acknowledged
}

function expectDisconnected(cause: unknown): void {
  if (!(cause instanceof CloudError) || cause.code !== 'disconnected') throw cause
}

async function killWhileStarting(home: Home, dice: Dice): Promise<void> {
  const starting = await launchAgent(home)
  await delay(dice.below(START_MAX_MS))
  await starting.end('SIGKILL')
}

async function wordsOf(agent: AgentProcess, document: string): Promise<readonly string[]> {
  const { text } = await agent.call(readDocumentCommand, { document })
  return text.split(' ').slice(0, -1)
}

async function untilEqual(a: AgentProcess, b: AgentProcess, document: string): Promise<void> {
  await eventually(`both agents have the same of ${document}`, async () => {
    const [ofA, ofB] = await Promise.all([wordsOf(a, document), wordsOf(b, document)])
    return ofA.join() === ofB.join() || undefined
  })
}
