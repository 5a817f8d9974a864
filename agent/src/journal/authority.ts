import type { DatabaseSync } from 'node:sqlite'
import { hashId } from '@cloudos/crypto/hash'
import type { AuthorityStore } from '@cloudos/mesh/authority-log'
import { findId } from '@cloudos/protocol/ids'
import { bytesOf, inTransaction } from './sqlite.ts'

/** The profile's authority log as this device has it. What one `append` brings is there whole or not at all. */
export function createAuthorityStore(db: DatabaseSync, within: <T>(act: () => T) => T): AuthorityStore {
  const selectEntries = db.prepare('SELECT entry FROM authority ORDER BY rowid')
  const selectChanges = db.prepare('SELECT hash FROM key_changes ORDER BY rowid')
  const insertEntry = db.prepare('INSERT OR IGNORE INTO authority (hash, entry) VALUES (?, ?)')
  const insertChange = db.prepare('INSERT OR IGNORE INTO key_changes (hash) VALUES (?)')
  return {
    load: async () =>
      within(() => ({
        entries: selectEntries.all().map((row) => bytesOf(row, 'entry')),
        keyChanges: selectChanges.all().flatMap(({ hash }) => findId('Hash', hash) ?? []),
      })),
    append: async (entries, keyChanges) => {
      within(() => {
        inTransaction(db, () => {
          for (const entry of entries) insertEntry.run(hashId(entry), entry)
          for (const hash of keyChanges) insertChange.run(hash)
        })
      })
    },
  }
}
