import { spawn } from 'node:child_process'

export interface ToolEnd {
  /** `null` when it was ended from outside, as after `timeoutMs`. */
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface ToolCall {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What it reads; never an argument, which every program of the machine may see. */
  readonly input?: string
  readonly timeoutMs?: number
}

/** A locked keychain may wait for somebody to type, where nobody sits. */
const TOOL_MS = 20_000

/** Runs a program of the machine to its end; `undefined` where there is none of that name. */
export function runTool(
  file: string,
  args: readonly string[],
  { env, input = '', timeoutMs = TOOL_MS }: ToolCall,
): Promise<ToolEnd | undefined> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece))
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (err += piece))
    // It may end without having read.
    child.stdin.on('error', () => undefined).end(input)
    child.once('error', () => {
      resolve(undefined)
    })
    child.once('close', (code) => {
      resolve({ code, out, err })
    })
  })
}
