import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { createSeededRng } from '../../seeded-rng.ts'
import { openWholeJournal, saveToJournal } from '../../suite/journal.ts'
import { quickStart } from '../quick-start.ts'
import { faultsOf } from './cut-rounds.ts'
import { connectPlace } from './place.ts'
import type { TrialPlace } from './place.ts'
import type { TrialServer } from './media.ts'
import { addReports, NO_ROUNDS } from './report.ts'
import type { BrokenRounds } from './report.ts'

/** When at its last step a process is gone: before the effect, in the midst of it, or once it is done and nobody heard of it. */
export const MOMENTS = ['before', 'during', 'after'] as const
export type Moment = (typeof MOMENTS)[number]

const ROUNDS_PER_MEDIUM = 10

/** Processes that are killed by SIGKILL at a drawn step of their saves; after each the medium is opened by another one. */
export async function runKillRounds(server: TrialServer, rounds: number, seed: number): Promise<BrokenRounds> {
  const rng = createSeededRng(seed)
  let report = NO_ROUNDS
  for (let left = rounds; left > 0; left -= ROUNDS_PER_MEDIUM) {
    await using medium = await server.found()
    const acknowledged = new Set<Hash>()
    const faults: string[] = []
    const steps = await countSteps(medium.place)
    const some = Math.min(left, ROUNDS_PER_MEDIUM)
    for (let round = 0; round < some; round++) {
      const moment = MOMENTS[rng.below(MOMENTS.length)] ?? 'before'
      // In the first save, or in the one after it.
      const died = await runDoomed(medium.place, `round ${String(round)}`, rng.below(2 * steps), moment)
      for (const name of died) acknowledged.add(name)
      await using store = await connectPlace(medium.place)
      faults.push(...(await faultsOf(openWholeJournal(store), acknowledged)))
    }
    report = addReports(report, { rounds: some, acknowledged: acknowledged.size, faults })
  }
  return report
}

/** Of a save that is not the first. */
async function countSteps(place: TrialPlace): Promise<number> {
  let steps = 0
  await using store = await connectPlace(place, (effect) => {
    steps++
    return effect()
  })
  await saveToJournal(store, 'first')
  steps = 0
  await saveToJournal(store, 'second')
  return steps
}

/** Resolves, once the process is gone, to what it had acknowledged. */
async function runDoomed(place: TrialPlace, text: string, step: number, moment: Moment): Promise<readonly Hash[]> {
  const script = join(import.meta.dirname, 'doomed-writer.ts')
  const args = [script, JSON.stringify(place), text, String(step), moment]
  const child = spawn(process.execPath, args, { env: quickStart, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const names: Hash[] = []
  for await (const line of createInterface(child.stdout)) {
    const name = findId('Hash', line)
    if (name !== undefined) names.push(name)
  }
  await gone
  if (child.signalCode !== 'SIGKILL')
    throw new Error(`the process was not killed: it ended with ${String(child.exitCode)}`)
  return names
}
