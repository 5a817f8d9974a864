import type { Surroundings } from '../config.ts'

/** What the command was started in; only main.ts fills it from the process. */
export interface World extends Surroundings {
  readonly out: (text: string | Uint8Array) => void
  readonly err: (text: string | Uint8Array) => void
  /** Asks at the terminal, unseen; reads what is piped in where there is none. */
  readonly readSecret: (question: string) => Promise<string>
  /** Ctrl-C. */
  readonly signal: AbortSignal
  readonly nowMs: () => number
  readonly monotonicMs: () => number
  readonly userId: number | undefined
  readonly workFolder: string
  readonly nodeFile: string
  readonly nodeVersion: string
  /** The agent as one bundle, to be started by Node. */
  readonly agentFile: string
  readonly version: string
}
