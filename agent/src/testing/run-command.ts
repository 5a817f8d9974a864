import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const COMMAND = join(import.meta.dirname, '..', 'cli', 'main.ts')

export interface CommandEnd {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface CommandLine {
  /** Runs it to its end. */
  run(...args: readonly string[]): Promise<CommandEnd>
  /** With more in its environment. */
  runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CommandEnd>
  /** The envelope that `--json` gives. */
  json(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>>
  /** The same, with these lines piped in. */
  jsonFrom(lines: readonly string[], ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>>
  /** Starts it and leaves it running until the test ends. */
  start(...args: readonly string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream }
  readonly folder: string
  readonly home: string
}

/** The `cloudos` command with a home of its own. An agent it has started ends with the test. */
export function commandLine(t: TestContext, file = COMMAND, more: Readonly<Record<string, string>> = {}): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-command-'))
  const home = join(folder, 'home')
  const env = {
    PATH: process.env['PATH'] ?? '',
    CLOUDOS_HOME: home,
    CLOUDOS_NO_OPEN: '1',
    XDG_RUNTIME_DIR: folder,
    ...more,
  }
  const startWith = (over: Readonly<Record<string, string>>, args: readonly string[]) =>
    spawn(process.execPath, [file, ...args], {
      env: { ...env, ...over },
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  const runFrom = (
    piped: string,
    over: Readonly<Record<string, string>>,
    args: readonly string[],
  ): Promise<CommandEnd> => {
    const child = startWith(over, args)
    // Whoever reads nothing may be gone before it is written.
    child.stdin.on('error', () => undefined).end(piped)
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece))
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece))
    return new Promise((resolve) => {
      child.once('close', (code) => {
        resolve({ code, out, err })
      })
    })
  }
  const runWith: CommandLine['runWith'] = (over, ...args) => runFrom('', over, args)
  const run: CommandLine['run'] = (...args) => runFrom('', {}, args)
  t.after(async () => {
    await run('down')
    rmSync(folder, { recursive: true, maxRetries: 3 })
  })
  return {
    run,
    runWith,
    json: async (...args) => parseEnvelope((await run(...args, '--json')).out),
    jsonFrom: async (lines, ...args) => parseEnvelope((await runFrom(lines.join('\n') + '\n', {}, [...args, '--json'])).out), // prettier-ignore
    start: (...args) => {
      const child = startWith({}, args)
      child.stdin.end()
      return child
    },
    folder,
    home,
  }
}

function parseEnvelope(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}
