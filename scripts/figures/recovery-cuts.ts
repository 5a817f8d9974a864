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

/** Killed processes take most of the time: a fifth of the rounds. */
async function runRounds(kind: TrialKind, rounds: number): Promise<BrokenRounds> {
  await using server = await kind.start()
  const kills = Math.ceil(rounds / 5)
  const killed = await runKillRounds(server, kills, SEED)
  const cut =
    kind.name === 'folder'
      ? await runPowerCutRounds(rounds - kills, SEED)
      : await runCutRounds(server, rounds - kills, SEED)
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
