/** The figures of every way back: what each medium gives away, loses and costs. */
import type { FigureRow } from '../figures.ts'
import { rows as cutRows } from './recovery-cuts.ts'
import { rows as machineRows } from './recovery-machine.ts'
import { rows as raceRows } from './recovery-races.ts'
import { rows as typingRows } from './recovery-typing.ts'

export const rows: readonly FigureRow[] = [...cutRows, ...machineRows, ...raceRows, ...typingRows]
