import type { DatabaseSync } from 'node:sqlite'
import { textOf } from './sqlite.ts'

/** The few things the agent must remember about itself. */
export type SettingName =
  | 'port'
  | 'mesh-port'
  | 'device-id'
  | 'profile-id'
  | 'last-run-ms'
  | 'capability-seq'
  | 'policy'
  | 'jail-that-held'
  | 'introduce'
  | 'peer-ways'
  | 'unproven'
  | 'scrubs'

export interface Settings {
  find(name: SettingName): string | undefined
  set(name: SettingName, value: string): void
}

export function createSettings(db: DatabaseSync, within: <T>(act: () => T) => T): Settings {
  const select = db.prepare('SELECT value FROM settings WHERE name = ?')
  const upsert = db.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    find: (name) =>
      within(() => {
        const row = select.get(name)
        return row === undefined ? undefined : textOf(row, 'value')
      }),
    set: (name, value) => {
      within(() => upsert.run(name, value))
    },
  }
}
