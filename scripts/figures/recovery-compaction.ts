/** The figures of what a medium, and a device's own log, hold after a month: old frames go where two snapshots stand for them, and nothing is lost by it. */
import { compactOverDays } from '@cloudos/agent/testing/days-of-edits'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const WRITERS = { 'one device': 1, 'two devices': 2 } as const

/** Never quick: the first week of frames stays whatever happens, so that a shorter time shows nothing. */
export function monthRows(who: keyof typeof WRITERS): readonly FigureRow[] {
  const measure = oncePerRun(() => compactOverDays({ days: 30, editsPerDay: 1_000, devices: WRITERS[who], seed: 1 }))
  const rows = [
    row(
      `a medium after 30 days of 1,000 edits a day by ${who}, of 3 fresh snapshots and the last 7 days' frames`,
      '<= 1',
      'times',
      async (isQuick) => {
        const { mediumBytes, snapshotBytes, lastWeekBytes, edits } = await measure(isQuick)
        return judge(mediumBytes / (3 * snapshotBytes + lastWeekBytes), edits, (times) => times <= 1)
      },
    ),
    row(
      `a device's own log after 30 days of 1,000 edits a day by ${who}, of 3 fresh snapshots and the last 7 days' frames`,
      '<= 1',
      'times',
      async (isQuick) => {
        const { logBytes, snapshotBytes, lastWeekBytes, edits } = await measure(isQuick)
        return judge(logBytes / (3 * snapshotBytes + lastWeekBytes), edits, (times) => times <= 1)
      },
    ),
    row(`the same log, of one fresh snapshot, by ${who}`, '<= 3', 'times', async (isQuick) => {
      const { logBytes, snapshotBytes, edits } = await measure(isQuick)
      return judge(logBytes / snapshotBytes, edits, (times) => times <= 3)
    }),
    row(`what a new device reads from it is not what ${who} wrote`, '0', 'states', async (isQuick) => {
      const { isEqual, edits } = await measure(isQuick)
      return judge(isEqual ? 0 : 1, edits, (differing) => differing === 0)
    }),
  ]
  return rows.map((one) => ({ ...one, quick: false }))
}

export const rows: readonly FigureRow[] = [...monthRows('one device'), ...monthRows('two devices')]
