import { accessSync, chmodSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { brokenWorld, findErrno } from './broken-world.ts'
import { makeFolder } from './private-folder.ts'
import { findSqliteCode, inDatabase, openSqlite, SQLITE_BUSY } from './journal/sqlite.ts'

/** The folder that holds everything this device keeps, held by this process alone until disposed. */
export interface Home extends Disposable {
  readonly folder: string
  path(name: string): string
  /** For whoever starts a second agent here: where the first one's page is. */
  noteAddress(address: string): void
}

/**
 * Makes the folder when absent, for its owner alone, and takes it. Throws `CloudError` 'not-writable', 'disk-full', or
 * 'already-running' when another process has it.
 */
export function openHome(folder: string): Home {
  const path = (name: string): string => join(folder, name)
  try {
    makeFolder(folder)
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    chmodSync(folder, 0o700)
  } catch (cause) {
    throw unusable(folder, cause)
  }
  const release = takeLock(folder, path('lock'), path('running'))
  const note = (address: string): void => {
    try {
      writeFileSync(path('running'), `${String(process.pid)}\n${address}\n`, { mode: 0o600 })
    } catch (cause) {
      throw brokenWorld(cause, folder)
    }
  }
  try {
    note('')
  } catch (cause) {
    release()
    throw cause
  }
  return {
    folder,
    path,
    noteAddress: note,
    [Symbol.dispose]: () => {
      rmSync(path('running'), { force: true })
      release()
    },
  }
}

/** A path that cannot be a folder is as unwritable as one without the right. */
function unusable(folder: string, cause: unknown): unknown {
  const errno = findErrno(cause)
  if (errno !== 'EEXIST' && errno !== 'ENOTDIR' && errno !== 'ENOENT') return brokenWorld(cause, folder)
  return new CloudError(
    'not-writable',
    `CloudOS cannot make its home at ${folder} (${errno}). Nothing was changed. Start with CLOUDOS_HOME=/another/folder.`,
    cause,
  )
}

/** A database that nothing refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>()

/** SQLite's lock is the kernel's: it ends with the process, however that ends, and no stale file is left to explain. */
function takeLock(folder: string, lockFile: string, runningFile: string): () => void {
  const db = openSqlite(lockFile)
  try {
    inDatabase(lockFile, () => {
      db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    })
  } catch (cause) {
    db.close()
    if (findSqliteCode(cause) !== SQLITE_BUSY) throw cause
    throw new CloudError('already-running', sayRunning(folder, readFileSync(runningFile, 'utf8')), cause)
  }
  held.add(db)
  return () => {
    if (held.delete(db)) db.close()
  }
}

function sayRunning(folder: string, running: string): string {
  const [pid, address] = running.split('\n')
  const page = address === undefined || address === '' ? '' : `Its page is ${address}. `
  return `CloudOS is already running with the home ${folder}, as process ${pid ?? '?'}. ${page}Nothing was changed. To run a second one, start it with CLOUDOS_HOME=/another/folder.`
}
