/** The figures of two writers who save at the same moment: two processes that never hear of each other. */
import { TRIAL_KINDS } from '@cloudos/storage-adapters/testing/trial/media'
import { raceProcesses } from '@cloudos/storage-adapters/testing/trial/races'
import { judge, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

export const rows: readonly FigureRow[] = TRIAL_KINDS.filter(({ missing }) => missing === undefined).map((kind) =>
  row(
    `${kind.name}, two processes racing for every place of a head: places lost or silently overwritten`,
    '0, and they did meet',
    'places',
    async (isQuick) => {
      await using server = await kind.start()
      await using medium = await server.found()
      const { places, conflicts, lost, overwritten } = await raceProcesses(medium.place, isQuick ? 50 : 500)
      return judge(lost + overwritten, places, (faults) => faults === 0 && conflicts > 0)
    },
  ),
)
