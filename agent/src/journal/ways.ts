import type { DatabaseSync } from 'node:sqlite'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import { storedWays } from '@cloudos/protocol/way-commands'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import { bytesOf } from './sqlite.ts'

/** The ways in of the profile, for browsers that open it anew and for the media this device keeps. */
export interface Ways {
  find(): StoredWays | undefined
  put(ways: StoredWays): void
}

export function createWays(db: DatabaseSync, within: <T>(act: () => T) => T): Ways {
  const select = db.prepare('SELECT stored FROM ways')
  const upsert = db.prepare(
    'INSERT INTO ways (only_one, stored) VALUES (1, ?) ON CONFLICT (only_one) DO UPDATE SET stored = excluded.stored',
  )
  return {
    find: () =>
      within(() => {
        const row = select.get()
        const ways = row && parseRecord(storedWays, bytesOf(row, 'stored'), LIMITS.rpcMaxBytes)
        return ways?.ok === true ? ways.value : undefined
      }),
    put: (ways) => {
      within(() => upsert.run(encodeRecord(storedWays, ways)))
    },
  }
}
