/** The figures of every way back: what each medium gives away, loses and costs. */
import type { FigureRow } from '../figures.ts'
import { rows as browserRows } from './recovery-browser.ts'
import { monthRows } from './recovery-compaction.ts'
import { rows as cutRows } from './recovery-cuts.ts'
import { dumpRows } from './recovery-dumps.ts'
import { rows as machineRows } from './recovery-machine.ts'
import { rows as raceRows } from './recovery-races.ts'
import { rows as typingRows } from './recovery-typing.ts'

/** Ten thousand tamperings in all, so that everything ends within ten minutes; of each medium: `npm run figures -- recovery-dumps`. */
export const rows: readonly FigureRow[] = [
  ...dumpRows(2_000),
  ...cutRows,
  ...raceRows,
  ...browserRows,
  ...machineRows,
  ...monthRows('one device'),
  ...typingRows,
]
