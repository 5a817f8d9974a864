import type { DatabaseSync } from 'node:sqlite'
import { bytesOf, textOf } from './sqlite.ts'

/** What is known of a key: nothing · begun, and perhaps done · done, with its answer · used for another request. */
export type Outcome =
  | { readonly kind: 'new' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'done'; readonly result: Uint8Array }
  | { readonly kind: 'another' }

export interface OutcomeKey {
  readonly caller: string
  readonly key: string
  /** Names the command and its parameters: a key is good for one request. */
  readonly request: string
}

/** Results of commands that must not happen twice, for as long as a caller may ask again. */
export interface Outcomes {
  /** Takes the key when it is new, durably, before anything is done. */
  begin(key: OutcomeKey, nowMs: number): Outcome
  /** May be lost by a power cut: then the outcome is `unknown`, and never a second effect. */
  finish(key: OutcomeKey, result: Uint8Array): void
  /** The command did nothing: the key is free again. */
  forget(key: OutcomeKey): void
}

export const OUTCOMES_KEPT_MS = 24 * 60 * 60_000

export function createOutcomes(db: DatabaseSync, within: <T>(act: () => T) => T): Outcomes {
  const select = db.prepare('SELECT request, result FROM outcomes WHERE caller = ? AND key = ?')
  const insert = db.prepare('INSERT INTO outcomes (caller, key, request, at_ms) VALUES (?, ?, ?, ?)')
  const update = db.prepare('UPDATE outcomes SET result = ? WHERE caller = ? AND key = ?')
  const remove = db.prepare('DELETE FROM outcomes WHERE caller = ? AND key = ?')
  const expire = db.prepare('DELETE FROM outcomes WHERE at_ms < ?')
  return {
    begin: ({ caller, key, request }, nowMs) =>
      within(() => {
        expire.run(nowMs - OUTCOMES_KEPT_MS)
        const row = select.get(caller, key)
        if (row === undefined) {
          insert.run(caller, key, request, nowMs)
          return { kind: 'new' }
        }
        if (textOf(row, 'request') !== request) return { kind: 'another' }
        return row['result'] === null ? { kind: 'unknown' } : { kind: 'done', result: bytesOf(row, 'result') }
      }),
    finish: ({ caller, key }, result) => {
      within(() => {
        db.exec('PRAGMA synchronous = NORMAL')
        try {
          update.run(result, caller, key)
        } finally {
          db.exec('PRAGMA synchronous = FULL')
        }
      })
    },
    forget: ({ caller, key }) => {
      within(() => remove.run(caller, key))
    },
  }
}
