/** The figures of the one door: what it costs to come through, and that nobody comes through who may not. */
import { DISPATCH_STEPS, measureDispatch } from '@cloudos/e2e/figures/dispatch-steps'
import { compareDecisions } from '@cloudos/protocol/testing/drawn-decisions'
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
]
