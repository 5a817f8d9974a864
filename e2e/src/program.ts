import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ProgramEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program in a process of its own. Disposing kills it and waits until it is gone. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  readonly ended: Promise<ProgramEnd>
  /** Everything it has printed so far, on both streams. */
  output(): string
  /** The first match in what it prints, now or later; rejects with all of it when the program ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<ProgramEnd>
}

export interface ProgramStart {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export async function startProgram({ file, args, env }: ProgramStart): Promise<Program> {
  // Nothing else of the person's environment reaches a test; the runner's mark finds what a crashed test left running.
  const { PATH = '', CLOUDOS_TEST_RUN = '' } = process.env
  const child = spawn(file, args, { env: { PATH, CLOUDOS_TEST_RUN, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
  await once(child, 'spawn')
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const look of listeners) look()
    })
  const end = (signal: NodeJS.Signals): Promise<ProgramEnd> => {
    child.kill(signal)
    return ended
  }
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => output,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(output)
          if (found === null) return
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        look()
        void ended.then((how) => {
          reject(new Error(`it ended (${JSON.stringify(how)}) without printing ${String(pattern)}, but:\n${output}`))
        })
      }),
    end,
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL')
    },
  }
}
