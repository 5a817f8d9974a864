import { readFileSync } from 'node:fs'

/** Resident memory of a process, shared pages counted whole. The count in `status` lags behind on many cores, this one is exact. */
export function residentBytes(pid: number): number {
  const [, kiB = ''] = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8')) ?? []
  return Number(kiB) * 1024
}

/** Processor time a process has used since its start. The kernel counts it in ticks of 10 ms. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
  // The name stands in brackets and may hold anything; utime and stime are the 14th and 15th field of the line.
  const [utime = '', stime = ''] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11)
  return (Number(utime) + Number(stime)) * MS_PER_TICK
}

const MS_PER_TICK = 10
