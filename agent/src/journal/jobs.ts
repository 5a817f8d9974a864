import type { DatabaseSync } from 'node:sqlite'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId, Hash, JobId } from '@cloudos/protocol/ids'
import type { JobMove, JobPhase } from '@cloudos/protocol/job-state'
import { bytesOf, inTransaction, numberOf, textOf } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/** A job as the journal keeps it. What has a codec of the protocol is kept in its bytes. */
export interface KeptJob {
  readonly jobId: JobId
  /** Hex that the asker chose: the same gives the same job. */
  readonly key: string | undefined
  readonly name: string
  /** `JobSpec` with its signature. */
  readonly spec: Uint8Array
  readonly askedBy: DeviceId
  readonly deviceId: DeviceId
  readonly neverTwice: boolean
  readonly phase: JobPhase
  readonly attempt: number
  readonly createdAtMs: number
  readonly startedAtMs: number | undefined
  readonly endedAtMs: number | undefined
  /** `Isolation`, `JobEnd` and `Outcome`, encoded. */
  readonly isolation: Uint8Array | undefined
  readonly end: Uint8Array | undefined
  readonly outcome: Uint8Array | undefined
  readonly placement: string | undefined
  readonly traceId: string | undefined
}

/** Every change is one transaction, on the disk when the call returns: the job, and its moves for the timeline. */
export interface JobBook {
  find(jobId: JobId): KeptJob | undefined
  findByKey(key: string): KeptJob | undefined
  /** The newest first. */
  recent(count: number): readonly KeptJob[]
  unfinished(): readonly KeptJob[]
  put(job: KeptJob, moves: readonly JobMove[]): void
  moves(jobId: JobId): readonly JobMove[]
  /** The last receipt of this device, for the next to name. */
  lastReceipt(): Hash | undefined
  /** As `put`, and the receipt becomes the last of this device, in the same transaction. */
  putWithReceipt(job: KeptJob, moves: readonly JobMove[], receipt: Hash): void
  /** Takes out those that have ended, are older than `beforeMs` and beyond the newest so many, and gives them a last time. */
  forgetBeyond(count: number, beforeMs: number): readonly KeptJob[]
}

const COLUMNS =
  'job_id, request_key, name, spec, asked_by, device_id, never_twice, phase, attempt, created_ms, started_ms, ended_ms, isolation, ending, outcome, placement, trace'
const ENDED = `('done', 'failed', 'lost', 'cancelled')`

export function createJobBook(db: DatabaseSync, within: <T>(act: () => T) => T): JobBook {
  const byId = db.prepare('SELECT * FROM jobs WHERE job_id = ?')
  const byKey = db.prepare('SELECT * FROM jobs WHERE request_key = ?')
  const newest = db.prepare('SELECT * FROM jobs ORDER BY created_ms DESC, job_id LIMIT ?')
  const open = db.prepare(`SELECT * FROM jobs WHERE phase NOT IN ${ENDED} ORDER BY created_ms, job_id`)
  const upsert = db.prepare(
    `INSERT OR REPLACE INTO jobs (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addMove = db.prepare(
    `INSERT INTO job_moves (job_id, seq, phase, at_ms)
     VALUES (?, (SELECT COUNT(*) FROM job_moves WHERE job_id = ?), ?, ?)`,
  )
  const movesOf = db.prepare('SELECT phase, at_ms FROM job_moves WHERE job_id = ? ORDER BY seq LIMIT 256')
  const receipt = db.prepare(`SELECT value FROM settings WHERE name = 'last-receipt'`)
  const setReceipt = db.prepare(`INSERT OR REPLACE INTO settings (name, value) VALUES ('last-receipt', ?)`)
  const old = db.prepare(
    `SELECT * FROM (SELECT * FROM jobs WHERE phase IN ${ENDED} ORDER BY created_ms DESC, job_id LIMIT -1 OFFSET ?)
     WHERE created_ms < ?`,
  )
  const remove = db.prepare('DELETE FROM jobs WHERE job_id = ?')
  const removeMoves = db.prepare('DELETE FROM job_moves WHERE job_id = ?')
  const all = (act: () => void): void => {
    within(() => {
      inTransaction(db, act)
    })
  }
  const write = (job: KeptJob, moves: readonly JobMove[]): void => {
    upsert.run(...rowFrom(job))
    for (const { phase, atMs } of moves) addMove.run(job.jobId, job.jobId, phase, atMs)
  }
  const first = (row: Row | undefined): KeptJob | undefined => (row === undefined ? undefined : jobFromRow(row))
  return {
    find: (jobId) => within(() => first(byId.get(jobId))),
    findByKey: (key) => within(() => first(byKey.get(key))),
    recent: (count) => within(() => newest.all(count).map(jobFromRow)),
    unfinished: () => within(() => open.all().map(jobFromRow)),
    put: (job, moves) => {
      all(() => {
        write(job, moves)
      })
    },
    putWithReceipt: (job, moves, hash) => {
      all(() => {
        write(job, moves)
        setReceipt.run(hash)
      })
    },
    moves: (jobId) =>
      within(() => movesOf.all(jobId).map((row) => ({ phase: phaseOf(row), atMs: numberOf(row, 'at_ms') }))),
    lastReceipt: () =>
      within(() => {
        const row = receipt.get()
        return row === undefined ? undefined : findId('Hash', textOf(row, 'value'))
      }),
    forgetBeyond: (count, beforeMs) => {
      const forgotten = within(() => old.all(count, beforeMs).map(jobFromRow))
      if (forgotten.length > 0)
        all(() => {
          for (const { jobId } of forgotten) {
            remove.run(jobId)
            removeMoves.run(jobId)
          }
        })
      return forgotten
    },
  }
}

function rowFrom(job: KeptJob): (string | number | Uint8Array | null)[] {
  return [
    job.jobId,
    job.key ?? null,
    job.name,
    job.spec,
    job.askedBy,
    job.deviceId,
    job.neverTwice ? 1 : 0,
    job.phase,
    job.attempt,
    job.createdAtMs,
    job.startedAtMs ?? null,
    job.endedAtMs ?? null,
    job.isolation ?? null,
    job.end ?? null,
    job.outcome ?? null,
    job.placement ?? null,
    job.traceId ?? null,
  ]
}

function jobFromRow(row: Row): KeptJob {
  const maybe = <T>(column: string, read: (row: Row, column: string) => T): T | undefined =>
    row[column] === null ? undefined : read(row, column)
  return {
    jobId: idOf('JobId', row, 'job_id'),
    key: maybe('request_key', textOf),
    name: textOf(row, 'name'),
    spec: bytesOf(row, 'spec'),
    askedBy: idOf('DeviceId', row, 'asked_by'),
    deviceId: idOf('DeviceId', row, 'device_id'),
    neverTwice: numberOf(row, 'never_twice') === 1,
    phase: phaseOf(row),
    attempt: numberOf(row, 'attempt'),
    createdAtMs: numberOf(row, 'created_ms'),
    startedAtMs: maybe('started_ms', numberOf),
    endedAtMs: maybe('ended_ms', numberOf),
    isolation: maybe('isolation', bytesOf),
    end: maybe('ending', bytesOf),
    outcome: maybe('outcome', bytesOf),
    placement: maybe('placement', textOf),
    traceId: maybe('trace', textOf),
  }
}

function idOf<Name extends 'JobId' | 'DeviceId'>(name: Name, row: Row, column: string) {
  const id = findId(name, textOf(row, column))
  if (id === undefined) throw new TypeError(`the column ${column} holds no ${name}`)
  return id
}

const PHASES: readonly string[] = [
  'created', 'queued', 'placed', 'staging', 'running', 'done', 'failed', 'lost', 'cancelled',
] satisfies readonly JobPhase[] // prettier-ignore

function phaseOf(row: Row): JobPhase {
  const phase = textOf(row, 'phase')
  if (!PHASES.includes(phase)) throw new TypeError('the column phase holds no phase')
  return phase as JobPhase
}
