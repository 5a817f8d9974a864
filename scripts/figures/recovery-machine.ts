/** The figures of coming back: an empty machine, the words, and one medium. */
import { recoverFromEach } from '@cloudos/e2e/figures/recovered-machine'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const EDITS = 10_000
const recovered = oncePerRun((isQuick) => recoverFromEach(isQuick ? 1_000 : EDITS))

export const rows: readonly FigureRow[] = [
  row(
    'recovery of 10,000 edits from each single medium: media whose state hash differs',
    '0',
    'media',
    async (isQuick) => {
      const machines = await recovered(isQuick)
      return judge(machines.filter(({ isSameState }) => !isSameState).length, machines.length, (other) => other === 0)
    },
  ),
  row(
    'recovery of 10,000 edits on an empty machine: processor time of its agent, most of any medium',
    '<= 2500',
    'ms',
    async (isQuick) => {
      const machines = await recovered(isQuick)
      return judge(Math.max(...machines.map(({ processorMs }) => processorMs)), machines.length, (ms) => ms <= 2_500)
    },
  ),
  ...(['folder', 'webdav', 's3', 'github', 'drive', 'peer'] as const).map((kind) =>
    row(
      `recovery of 10,000 edits on an empty machine from ${kind === 'peer' ? 'a device' : kind} alone`,
      '< 5000',
      'ms',
      async (isQuick) => {
        const tookMs = (await recovered(isQuick))
          .filter((machine) => machine.kind === kind)
          .map((machine) => machine.tookMs)
        return judge(Math.max(0, ...tookMs), tookMs.length, (ms) => tookMs.length > 0 && ms < 5_000)
      },
    ),
  ),
]
