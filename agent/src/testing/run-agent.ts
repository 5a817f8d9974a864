import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const MAIN = join(import.meta.dirname, '..', 'main.ts')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The agent itself, as a process of its own. */
export interface RunningAgent {
  readonly pid: number
  /** Everything it has said so far, on both channels. */
  readonly said: () => string
  /** Resolves with what was said up to a match; rejects when the process ends first. */
  readonly saying: (pattern: RegExp) => Promise<string>
  readonly ended: Promise<Ended>
  readonly kill: (signal: NodeJS.Signals) => Promise<Ended>
}

/** A folder for this test's homes, removed at its end. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-agent-'))
  t.after(() => {
    rmSync(folder, { recursive: true, maxRetries: 3 })
  })
  return folder
}

/** Starts the agent with `home` and a run folder beside it; it never opens a browser and is killed when the test ends. */
export function runAgent(
  t: TestContext,
  home: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): RunningAgent {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      CLOUDOS_HOME: home,
      CLOUDOS_NO_OPEN: '1',
      XDG_RUNTIME_DIR: join(home, '..'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('the agent could not be spawned')
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (said += piece))
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
  const saying = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(said)) resolve(said)
      }
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look)
      look()
      void ended.then(() => {
        look()
        reject(new Error(`the agent ended without saying ${String(pattern)}:\n${said}`))
      })
    })
  const kill = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  t.after(() => kill('SIGKILL'))
  return { pid, said: () => said, saying, ended, kill }
}
