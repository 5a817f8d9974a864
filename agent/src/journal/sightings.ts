import type { DatabaseSync } from 'node:sqlite'
import type { SightingsMemory } from '@cloudos/mesh/copy/sightings-book'
import { bytesOf } from './sqlite.ts'

export function createSightingsMemory(db: DatabaseSync, within: <T>(act: () => T) => T): SightingsMemory {
  const select = db.prepare('SELECT signed FROM sightings')
  const upsert = db.prepare(
    `INSERT INTO sightings (device_id, medium, signed) VALUES (?, ?, ?)
     ON CONFLICT (device_id, medium) DO UPDATE SET signed = excluded.signed`,
  )
  return {
    load: async () => within(() => select.all().map((row) => bytesOf(row, 'signed'))),
    save: async (deviceId, medium, signed) => {
      within(() => upsert.run(deviceId, medium, signed))
    },
  }
}
