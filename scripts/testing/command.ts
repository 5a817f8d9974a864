import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import { killIfAlive, killLeftBehind, killMarked } from './left-behind.ts'

export const root = join(import.meta.dirname, '../..')

export interface Ended {
  readonly isOk: boolean
  /** What it printed, with a last line that says how it ended when it did not end well. */
  readonly output: string
}

const markByPid = new Map<number, string>()

/** Runs a program until all of it is gone: what outlives it is killed and makes it a failure. */
export async function runCommand(program: string, args: readonly string[], timeoutMs: number): Promise<Ended> {
  const run = randomUUID()
  // Within another run of node:test a test file would report to that one.
  const { NODE_TEST_CONTEXT: _outer, ...inherited } = process.env
  const env = { ...inherited, CLOUDOS_TEST_RUN: run }
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const pid = await new Promise<number>((resolve, reject) => {
    child
      .once('spawn', () => {
        resolve(child.pid ?? 0)
      })
      .once('error', reject)
  })
  const mark = `CLOUDOS_TEST_RUN=${run}`
  markByPid.set(pid, mark)
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const timer = setTimeout(() => {
    output.push(`\nKilled: it was not done after ${timeoutMs / 1000} s.\n`)
    killIfAlive(-pid)
  }, timeoutMs)
  // 'exit', not 'close': an orphan may hold the pipes open for ever.
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (...end) => {
      resolve(end)
    })
  })
  clearTimeout(timer)
  const left = await killLeftBehind(mark)
  markByPid.delete(pid)
  if (code !== 0) output.push(`\nEnded with ${signal ?? `code ${code}`}.\n`)
  if (left.length > 0) output.push(`\nLeft running behind, and killed now:\n${left.join('\n')}\n`)
  return { isOk: code === 0 && left.length === 0, output: output.join('') }
}

/** For a runner that is itself told to stop. */
export function killRunning(): void {
  for (const [pid, mark] of markByPid) {
    killIfAlive(-pid)
    killMarked(mark)
  }
}
