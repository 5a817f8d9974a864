import type { Hash } from '@cloudos/protocol/ids'
import type { JobOutput } from '@cloudos/protocol/job-state'

export interface OutputBounds {
  /** So many runs have their files kept. */
  readonly runs: number
  readonly bytes: number
}

/** What a device keeps of the files that jobs have left. */
export const OUTPUT_BOUNDS: OutputBounds = { runs: 200, bytes: 1024 * 1024 * 1024 }

export interface FinishedFiles {
  readonly outputs: readonly JobOutput[]
  /** What must stay whatever it left: its module and inputs. */
  readonly needs: readonly Hash[]
}

/** The files to let go, of runs with the newest first: those of the oldest runs, and never what another that is kept still names. */
export function outputsBeyond(runs: readonly FinishedFiles[], bounds: OutputBounds): ReadonlySet<Hash> {
  const kept = new Set(runs.flatMap(({ needs }) => needs))
  const gone = new Set<Hash>()
  let [count, bytes] = [0, 0]
  for (const { outputs } of runs.filter((run) => run.outputs.length > 0)) {
    count++
    bytes += outputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const isKept = count <= bounds.runs && bytes <= bounds.bytes
    for (const { hash } of outputs) (isKept ? kept : gone).add(hash)
  }
  return new Set([...gone].filter((hash) => !kept.has(hash)))
}
