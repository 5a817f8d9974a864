/** The figures of jobs: what a killed agent leaves behind, and how soon a job has written something. */
import { KILL_POINTS, runJobKillRounds } from '@cloudos/e2e/job-kill-rounds'
import type { JobKillReport } from '@cloudos/e2e/job-kill-rounds'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const killed = oncePerRun(async (isQuick) => {
  const reports: JobKillReport[] = []
  for (const [nth, point] of KILL_POINTS.entries())
    reports.push(await runJobKillRounds(point, isQuick ? 2 : 50, nth + 1))
  return reports
})

function killRow(what: string, unit: string, count: (report: JobKillReport) => number): FigureRow {
  const points = String(KILL_POINTS.length)
  return row(`kill -9 at each of ${points} points of a job's life: ${what}`, '0', unit, async (isQuick) => {
    const reports = await killed(isQuick)
    const sum = (of: (report: JobKillReport) => number): number => reports.reduce((total, one) => total + of(one), 0)
    const rounds = sum((report) => report.rounds)
    return judge(sum(count), rounds, (value) => value === 0)
  })
}

export const jobRows: readonly FigureRow[] = [
  killRow('job-hosts that outlive their agent', 'processes', ({ orphans }) => orphans),
  killRow('never-twice jobs run twice', 'jobs', ({ doubled }) => doubled.length),
  killRow('jobs not in their state after the restart', 'jobs', ({ wrong }) => wrong.length),
]

export { jobRows as rows }
