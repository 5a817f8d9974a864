import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { brokenWorld, diskFull } from '../broken-world.ts'

export const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

/** Opens or makes a database that only its owner can read. A lock held elsewhere is an error at once, not a wait. */
export function openSqlite(file: string): DatabaseSync {
  try {
    if (!existsSync(file)) writeFileSync(file, '', { mode: 0o600, flag: 'a' })
    chmodSync(file, 0o600)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  return inDatabase(file, () => new (sqlite().DatabaseSync)(file, { timeout: 0 }))
}

/** Looked up when needed: a static import would end an older Node before it can be told what is wrong. */
function sqlite(): typeof import('node:sqlite') {
  return process.getBuiltinModule('node:sqlite')
}

/** Runs what touches the database at `file`; a broken world comes out as `CloudError`, 'journal-torn' among them. */
export function inDatabase<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw databaseError(cause, file)
  }
}

/** All of `act` or none of it. */
export function inTransaction(db: DatabaseSync, act: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    act()
    db.exec('COMMIT')
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw cause
  }
}

/** SQLite's primary result code. */
export function findSqliteCode(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause)) return undefined
  return typeof cause.errcode === 'number' ? cause.errcode & 0xff : undefined
}

function databaseError(cause: unknown, file: string): unknown {
  switch (findSqliteCode(cause)) {
    case SQLITE_FULL:
      return diskFull(file, cause)
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return new CloudError(
        'not-writable',
        `CloudOS may not write to ${file}. What was there is as it was. Give yourself the right to write there, or start with CLOUDOS_HOME=/another/folder.`,
        cause,
      )
    case SQLITE_IOERR:
      return new CloudError(
        'disk-failed',
        `The disk failed at ${file}. What was acknowledged before is as it was. Check the disk, then start CloudOS again.`,
        cause,
      )
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new CloudError(
        'journal-torn',
        `The journal ${file} is damaged. Start CloudOS again: it sets it aside.`,
        cause,
      )
    case undefined:
    default:
      return cause
  }
}

export type Row = Readonly<Record<string, SQLOutputValue>>

export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`the column ${column} holds no text`)
  return value
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`the column ${column} holds no number`)
  return value
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw new TypeError(`the column ${column} holds no bytes`)
  return value
}
