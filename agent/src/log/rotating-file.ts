import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface Rotation {
  readonly maxBytes: number
  /** How many old files stay beside it: `agent.log.1` is the newest of them. */
  readonly kept: number
}

/** The agent's own: 5 MiB of log, and as much twice again. */
export const LOG_ROTATION: Rotation = { maxBytes: 5 * 1024 * 1024, kept: 2 }

/** Appends to a file that is set aside when it has grown; the oldest ones go. A disk that fails loses log lines and nothing else. */
export function createRotatingFile(path: string, { maxBytes, kept }: Rotation): (text: string) => void {
  let size: number | undefined
  return (text) => {
    try {
      size ??= sizeOf(path)
      if (size > 0 && size + Buffer.byteLength(text) > maxBytes) {
        rotate(path, kept)
        size = 0
      }
      appendFileSync(path, text, { mode: 0o600 })
      size += Buffer.byteLength(text)
    } catch (cause) {
      if (!(cause instanceof Error && 'errno' in cause)) throw cause
    }
  }
}

function sizeOf(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  return existsSync(path) ? statSync(path).size : 0
}

function rotate(path: string, kept: number): void {
  for (let age = kept; age > 0; age--) {
    const from = age === 1 ? path : `${path}.${String(age - 1)}`
    if (existsSync(from)) renameSync(from, `${path}.${String(age)}`)
  }
}
