/** The figures of the one door: what it costs to come through, and that nobody comes through who may not. */
import { badLines, findFaults, findFaultsInProcesses, sampleOf } from '@cloudos/e2e/figures/bad-lines'
import { DISPATCH_STEPS, measureDispatch } from '@cloudos/e2e/figures/dispatch-steps'
import { compareDecisions } from '@cloudos/protocol/testing/drawn-decisions'
import { measureColdStatus, measurePageCommands, measureWarmCommands } from '@cloudos/e2e/figures/round-trip'
import { median } from '@cloudos/e2e/figures/statistics'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const dispatch = oncePerRun((isQuick) => measureDispatch(isQuick ? 20 : 200))

export const rows: readonly FigureRow[] = [
  row('dispatch of a read in process, parsing and encoding with it, p50', '< 5', 'us', async (isQuick) => {
    const { wholeUs, batches } = await dispatch(isQuick)
    return judge(wholeUs, batches, (us) => us < 5)
  }),
  ...DISPATCH_STEPS.map((step) =>
    row(`dispatch, step by step: ${step}, p50`, 'none: a part of the row above them', 'ns', async (isQuick) => {
      const { usByStep, batches } = await dispatch(isQuick)
      return judge(usByStep[step] * 1_000, batches, () => true)
    }),
  ),
  row('drawn callers, grants and commands on which a slow oracle disagrees', '0', 'of 10^5', (isQuick) => {
    const count = isQuick ? 10_000 : 100_000
    const { differences } = compareDecisions(count, 11)
    return Promise.resolve(judge(differences.length, count, (found) => found === 0))
  }),
  row('cloudos status of a running agent, whole process, p50', '< 60', 'ms', async (isQuick) => {
    const tookMs = await measureWarmCommands(isQuick ? 10 : 50)
    return judge(median(tookMs), tookMs.length, (ms) => ms < 60)
  }),
  row('cloudos status, the first asked of an agent that has just started, p50', '< 250', 'ms', async (isQuick) => {
    const tookMs = await measureColdStatus(isQuick ? 3 : 9)
    return judge(median(tookMs), tookMs.length, (ms) => ms < 250)
  }),
  row('command from the page to the agent beside it and back, p50', '< 4', 'ms', async (isQuick) => {
    const tookMs = await measurePageCommands(isQuick ? 100 : 500)
    return judge(median(tookMs), tookMs.length, (ms) => ms < 4)
  }),
  row('wrong lines that are taken, crash, show a stack or do not end with 2 and the part', '0', 'lines', async (q) => {
    const lines = badLines(q ? 20 : 1_000)
    const faults = await findFaults(lines)
    return judge(faults.length, lines.length, (found) => found === 0)
  }),
  row('the same of some of them, each in a process of its own', '0', 'lines', async (isQuick) => {
    const lines = sampleOf(badLines(1), isQuick ? 10 : 60)
    const faults = await findFaultsInProcesses(lines)
    return judge(faults.length, lines.length, (found) => found === 0)
  }),
]
