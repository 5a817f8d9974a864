/** The figures of jobs: what a killed agent leaves behind, and how soon a job has written something. */
import { KILL_POINTS, runJobKillRounds } from '@cloudos/e2e/job-kill-rounds'
import type { JobKillReport } from '@cloudos/e2e/job-kill-rounds'
import { measureAsked, measureClick, measureCommand, measureWarmHost } from '@cloudos/e2e/figures/sample-job'
import { median } from '@cloudos/e2e/figures/statistics'
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

function sampleRow(what: string, belowMs: number, measure: (rounds: number) => Promise<readonly number[]>): FigureRow {
  return row(`sample job, ${what}, p50`, `< ${String(belowMs)}`, 'ms', async (isQuick) => {
    const tookMs = await measure(isQuick ? 3 : 15)
    return judge(median(tookMs), tookMs.length, (ms) => ms < belowMs)
  })
}

export const jobRows: readonly FigureRow[] = [
  sampleRow('click in the page to output, of an agent just started', 300, (rounds) => measureClick(rounds, false)),
  sampleRow('click in the page to output, with a warm host', 50, (rounds) => measureClick(rounds, true)),
  sampleRow('command started to output, of an agent just started', 300, measureCommand),
  sampleRow('asked over the socket to output, of an agent just started', 300, (rounds) => measureAsked(rounds, false)),
  sampleRow('asked over the socket to output, with a warm host', 50, (rounds) => measureAsked(rounds, true)),
  row('job-host that waits, memory of its own and its share of the rest', '<= 40', 'MiB', async (isQuick) => {
    const { residentMiB } = await measureWarmHost(isQuick ? 1_000 : 10_000)
    return judge(residentMiB, 1, (mib) => mib <= 40)
  }),
  killRow('job-hosts that outlive their agent', 'processes', ({ orphans }) => orphans),
  killRow('never-twice jobs run twice', 'jobs', ({ doubled }) => doubled.length),
  killRow('jobs not in their state after the restart', 'jobs', ({ wrong }) => wrong.length),
]

export { jobRows as rows }
