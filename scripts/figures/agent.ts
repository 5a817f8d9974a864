/** The figures of the agent: its one door, and the jobs behind it. */
import type { FigureRow } from '../figures.ts'
import { rows as doorRows } from './agent-door.ts'
import { rows as jobRows } from './agent-jobs.ts'

export const rows: readonly FigureRow[] = [...doorRows, ...jobRows]
