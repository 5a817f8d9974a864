import { existsSync, readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

/** A browser's children need a moment to notice that it closed; what lives longer was forgotten. */
const graceMs = 3000

/** Kills what still carries `mark` after a grace period, and describes it. */
export async function killLeftBehind(mark: string): Promise<readonly string[]> {
  const deadlineMs = performance.now() + graceMs
  while (findMarked(mark).length > 0 && performance.now() < deadlineMs) await delay(50)
  return killMarked(mark)
}

/**
 * Kills every process whose environment holds `mark`, which is inherited through any number of forks and new sessions, where
 * process groups are not. Elsewhere than on Linux nothing is found.
 */
export function killMarked(mark: string): readonly string[] {
  return findMarked(mark).map((pid) => {
    const description = `${pid} ${readProc(pid, 'cmdline').replaceAll('\0', ' ')}`
    killIfAlive(pid)
    return description
  })
}

/** A negative `pid` is a process group. */
export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function findMarked(mark: string): readonly number[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && readProc(pid, 'environ').split('\0').includes(mark))
}

/** Empty for a zombie, for a process that is gone, and for another user's. */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return ''
    throw error
  }
}
