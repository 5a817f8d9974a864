import type { DatabaseSync } from 'node:sqlite'
import { hashId } from '@cloudos/crypto/hash'
import { bytesOf } from './sqlite.ts'

/** The profile's authority log as this device has it: a set of signed entries, which only grows. */
export interface AuthorityTable {
  all(): readonly Uint8Array[]
  /** All of them or none, durably. Entries already there are left alone. */
  add(entries: readonly Uint8Array[]): void
}

export function createAuthorityTable(db: DatabaseSync, within: <T>(act: () => T) => T): AuthorityTable {
  const select = db.prepare('SELECT entry FROM authority ORDER BY rowid')
  const insert = db.prepare('INSERT OR IGNORE INTO authority (hash, entry) VALUES (?, ?)')
  return {
    all: () => within(() => select.all().map((row) => bytesOf(row, 'entry'))),
    add: (entries) => {
      within(() => {
        db.exec('BEGIN')
        try {
          for (const entry of entries) insert.run(hashId(entry), entry)
          db.exec('COMMIT')
        } catch (cause) {
          if (db.isTransaction) db.exec('ROLLBACK')
          throw cause
        }
      })
    },
  }
}
