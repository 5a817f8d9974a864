import type { DatabaseSync } from 'node:sqlite'
import type { RenewalStore } from '@cloudos/mesh/renewals/renewal-book'
import { bytesOf } from './sqlite.ts'

export function createRenewalStore(db: DatabaseSync, within: <T>(act: () => T) => T): RenewalStore {
  const select = db.prepare('SELECT signed FROM renewals')
  const upsert = db.prepare(
    `INSERT INTO renewals (device_id, signed) VALUES (?, ?)
     ON CONFLICT (device_id) DO UPDATE SET signed = excluded.signed`,
  )
  return {
    load: async () => within(() => select.all().map((row) => bytesOf(row, 'signed'))),
    save: async (deviceId, signed) => {
      within(() => upsert.run(deviceId, signed))
    },
  }
}
