import { rmSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { textOf } from './sqlite.ts'
import { findSqliteCode, openSqlite } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/**
 * Copies what can still be read of the damaged database at `copy` into `into`, then removes `copy`. Nothing is trusted for having
 * been there: authority entries are verified whenever they are folded. Answers how many rows were saved.
 */
export function salvage(into: DatabaseSync, copy: string): number {
  const tables = into.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  const damaged = openSqlite(copy)
  let saved = 0
  into.exec('BEGIN')
  for (const table of tables) saved += salvageTable(damaged, into, textOf(table, 'name'))
  into.exec('COMMIT')
  damaged.close()
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(copy + suffix, { force: true })
  return saved
}

/** From both ends: a damaged page in the middle hides only itself. */
function salvageTable(damaged: DatabaseSync, into: DatabaseSync, table: string): number {
  const columns = into
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map((row) => textOf(row, 'name'))
  const list = columns.join(', ')
  const insert = into.prepare(`INSERT OR IGNORE INTO ${table} (${list}) VALUES (${columns.map(() => '?').join(', ')})`)
  let saved = 0
  for (const order of ['ASC', 'DESC']) {
    for (const row of readUntilBroken(damaged, `SELECT ${list} FROM ${table} ORDER BY rowid ${order}`))
      saved += Number(insert.run(...columns.map((column): SQLInputValue => row[column] ?? null)).changes)
  }
  return saved
}

function* readUntilBroken(damaged: DatabaseSync, sql: string): Iterable<Row> {
  try {
    yield* damaged.prepare(sql).iterate()
  } catch (cause) {
    if (findSqliteCode(cause) === undefined) throw cause // the damage is what we are here for
  }
}
