/** The figures of saves that end in the middle: by SIGKILL, by a connection that breaks, by the power going. */
import { runCutRounds } from '@cloudos/storage-adapters/testing/trial/cut-rounds'
import { runKillRounds } from '@cloudos/storage-adapters/testing/trial/kill-rounds'
import { TRIAL_KINDS } from '@cloudos/storage-adapters/testing/trial/media'
import type { TrialKind } from '@cloudos/storage-adapters/testing/trial/media'
import { runPowerCutRounds } from '@cloudos/storage-adapters/testing/trial/power-cut-rounds'
import { addReports } from '@cloudos/storage-adapters/testing/trial/report'
import type { BrokenRounds } from '@cloudos/storage-adapters/testing/trial/report'
import { judge, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const SEED = 1

/** Killed processes take most of the time: a fifth of the rounds, on a core of their own. */
async function runRounds(kind: TrialKind, rounds: number): Promise<BrokenRounds> {
  await using server = await kind.start()
  const kills = Math.ceil(rounds / 5)
  const cuts = rounds - kills
  const cutting = kind.name === 'folder' ? runPowerCutRounds(cuts, SEED) : runCutRounds(server, cuts, SEED)
  const [killed, cut] = await Promise.all([runKillRounds(server, kills, SEED), cutting])
  return addReports(killed, cut)
}

export const rows: readonly FigureRow[] = TRIAL_KINDS.filter(({ missing }) => missing === undefined).map((kind) =>
  row(
    `${kind.name}, killed or cut off at every step of a save: heads that do not open, acknowledged edits lost`,
    '0',
    'faults',
    async (isQuick) => {
      const { rounds, faults } = await runRounds(kind, isQuick ? 40 : 500)
      for (const fault of faults) console.error(`${kind.name}: ${fault}`)
      return judge(faults.length, rounds, (found) => found === 0)
    },
  ),
)
