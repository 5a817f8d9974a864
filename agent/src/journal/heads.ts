import type { DatabaseSync } from 'node:sqlite'
import type { HeadsMemory } from '@cloudos/mesh/heads-book'
import { bytesOf } from './sqlite.ts'

export function createHeadsMemory(db: DatabaseSync, within: <T>(act: () => T) => T): HeadsMemory {
  const select = db.prepare('SELECT signed FROM heads')
  const upsert = db.prepare(
    `INSERT INTO heads (device_id, doc_id, signed) VALUES (?, ?, ?)
     ON CONFLICT (device_id, doc_id) DO UPDATE SET signed = excluded.signed`,
  )
  return {
    load: async () => within(() => select.all().map((row) => bytesOf(row, 'signed'))),
    save: async (deviceId, docId, signed) => {
      within(() => upsert.run(deviceId, docId, signed))
    },
  }
}
