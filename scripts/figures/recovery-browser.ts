/** The figures of a browser's own database as a medium: pages closed and browsers killed in the middle of saves, pages that race. */
import { racePages, runBrowserKills, runPageRounds } from '@cloudos/e2e/figures/broken-database'
import { raceBrowsers } from '@cloudos/e2e/figures/racing-browsers'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const killed = oncePerRun((isQuick) => runBrowserKills(isQuick ? 2 : 10, 1))
const NAME = 'indexeddb in Chromium'

export const rows: readonly FigureRow[] = [
  row(
    `${NAME}, page closed in the middle of a save: heads that do not open, acknowledged edits lost`,
    '0',
    'faults',
    async (isQuick) => {
      const { faults, rounds } = await runPageRounds(isQuick ? 10 : 490, 1)
      return judge(faults.length, rounds, (found) => found === 0)
    },
  ),
  row(
    `${NAME}, browser killed in the middle of a save: heads that do not open, acknowledged edits lost alone`,
    '0',
    'faults',
    async (isQuick) => {
      const { faults, rounds } = await killed(isQuick)
      return judge(faults.length, rounds, (found) => found === 0)
    },
  ),
  row(
    `${NAME}, browser killed in the middle of a save: databases that it dropped whole`,
    'none: such a medium calls itself evictable and counts as no copy',
    'databases',
    async (isQuick) => {
      const { dropped, rounds } = await killed(isQuick)
      return judge(dropped, rounds, () => true)
    },
  ),
  row(
    'github, two browsers racing for every place of a head: places lost or silently overwritten',
    '0, and they did meet',
    'places',
    async (isQuick) => {
      const { places, conflicts, lost, overwritten } = await raceBrowsers(isQuick ? 25 : 500)
      return judge(lost + overwritten, places, (faults) => faults === 0 && conflicts > 0)
    },
  ),
  row(
    `${NAME}, two pages racing for every place of a head: places lost or silently overwritten`,
    '0, and they did meet',
    'places',
    async (isQuick) => {
      const { places, conflicts, lost, overwritten } = await racePages(isQuick ? 50 : 500)
      return judge(lost + overwritten, places, (faults) => faults === 0 && conflicts > 0)
    },
  ),
]
