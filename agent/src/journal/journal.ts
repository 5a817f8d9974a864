import { closeSync, copyFileSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, renameSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { AuthorityStore } from '@cloudos/mesh/authority-log'
import type { SightingsMemory } from '@cloudos/mesh/copy/sightings-book'
import type { HeadsMemory } from '@cloudos/mesh/heads-book'
import type { RenewalStore } from '@cloudos/mesh/renewals/renewal-book'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { brokenWorld } from '../broken-world.ts'
import type { Reserve } from '../reserve.ts'
import { createAuthorityStore } from './authority.ts'
import { createHeadsMemory } from './heads.ts'
import { createIncidents } from './incidents.ts'
import type { Incidents } from './incidents.ts'
import { createJobBook } from './jobs.ts'
import type { JobBook } from './jobs.ts'
import { createMedia } from './media.ts'
import type { Media } from './media.ts'
import { MIGRATIONS } from './migrations.ts'
import { createRenewalStore } from './renewals.ts'
import { createOutcomes } from './outcomes.ts'
import type { Outcomes } from './outcomes.ts'
import { createPeers } from './peers.ts'
import type { Peers } from './peers.ts'
import { salvage } from './salvage.ts'
import { createSightingsMemory } from './sightings.ts'
import { createSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { inDatabase, numberOf, openSqlite } from './sqlite.ts'
import { createTokens } from './tokens.ts'
import type { Tokens } from './tokens.ts'
import { createWays } from './ways.ts'
import type { Ways } from './ways.ts'

/** What this device knows besides documents. Every write is on the disk when the call returns, incidents excepted. */
export interface Journal {
  readonly settings: Settings
  readonly authority: AuthorityStore
  readonly heads: HeadsMemory
  readonly sightings: SightingsMemory
  readonly renewals: RenewalStore
  readonly peers: Peers
  readonly ways: Ways
  readonly media: Media
  readonly incidents: Incidents
  readonly outcomes: Outcomes
  readonly tokens: Tokens
  readonly jobs: JobBook
  /** A damaged journal that was found at the start, and what could be read from it into this one. */
  readonly setAside: SetAside | undefined
  close(): void
}

export interface SetAside {
  readonly keptAs: string
  readonly rowsSaved: number
}

/**
 * Throws `CloudError` 'journal-newer' when a newer CloudOS has written it (nothing is touched), 'disk-full' or 'not-writable'. A
 * damaged journal is set aside under another name and what can still be read of it goes into a new one.
 */
export function openJournal(file: string, nowMs: number, reserve: Reserve): Journal {
  try {
    return journalOf(connect(file), file, reserve, undefined)
  } catch (cause) {
    if (!(cause instanceof CloudError) || cause.code !== 'journal-torn') throw cause
  }
  const keptAs = setAside(file, nowMs)
  const db = connect(file)
  const rowsSaved = salvage(db, copyOf(keptAs, `${file}.reading`))
  return journalOf(db, file, reserve, { keptAs, rowsSaved })
}

function journalOf(db: DatabaseSync, file: string, reserve: Reserve, aside: SetAside | undefined): Journal {
  const within = <T>(act: () => T): T => inDatabase(file, act)
  return {
    settings: createSettings(db, within),
    // A revocation must get through when nothing else does.
    authority: createAuthorityStore(db, (act) => reserve.orSpend(() => within(act))),
    heads: createHeadsMemory(db, within),
    sightings: createSightingsMemory(db, within),
    renewals: createRenewalStore(db, within),
    peers: createPeers(db, within),
    ways: createWays(db, within),
    media: createMedia(db, within),
    incidents: createIncidents(db, within),
    outcomes: createOutcomes(db, within),
    tokens: createTokens(db, within),
    jobs: createJobBook(db, within),
    setAside: aside,
    close: () => {
      if (db.isOpen) db.close()
    },
  }
}

function connect(file: string): DatabaseSync {
  const db = openSqlite(file)
  try {
    inDatabase(file, () => {
      // The home has one agent, so the journal has one connection: no shared memory file, and no lock taken per statement.
      db.exec('PRAGMA locking_mode = EXCLUSIVE')
      const version = versionOf(db, file)
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      checkWhole(db, file)
      migrate(db, version)
    })
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

function checkWhole(db: DatabaseSync, file: string): void {
  const row = db.prepare('PRAGMA quick_check(1)').get()
  if (row?.['quick_check'] !== 'ok') throw new CloudError('journal-torn', `The journal ${file} is damaged.`)
}

/** Asked before anything is written: what a newer CloudOS has made is none of ours to touch. */
function versionOf(db: DatabaseSync, file: string): number {
  const version = numberOf(db.prepare('PRAGMA user_version').get() ?? {}, 'user_version')
  if (version <= MIGRATIONS.length) return version
  throw new CloudError(
    'journal-newer',
    `The journal ${file} was written by a newer CloudOS (version ${String(version)}; this one knows ${String(MIGRATIONS.length)}). Nothing was changed. Start the newer CloudOS, or this one with CLOUDOS_HOME=/another/folder.`,
  )
}

function migrate(db: DatabaseSync, version: number): void {
  for (const [index, sql] of [...MIGRATIONS.entries()].slice(version))
    db.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${String(index + 1)}; COMMIT`)
}

/** The write-ahead log belongs to the database: without it the last writes would be lost. */
function setAside(file: string, nowMs: number): string {
  const moment = new Date(nowMs).toISOString().replace(/[-:]/g, '').slice(0, 15)
  let keptAs = `${file}.damaged-${moment}`
  for (let more = 2; existsSync(keptAs); more++) keptAs = `${file}.damaged-${moment}-${String(more)}`
  try {
    renameSync(file, keptAs)
    if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${keptAs}-wal`)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  return keptAs
}

/** Reading replays the write-ahead log into the database, and the damaged one is kept as it was found. */
function copyOf(file: string, copy: string): string {
  try {
    copyFileSync(file, copy)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
    lengthen(copy)
  } catch (cause) {
    throw brokenWorld(cause, copy)
  }
  return copy
}

/** SQLite reads no page of a file that is shorter than its header says. What has been cut off reads as one more damage. */
function lengthen(file: string): void {
  const header = new DataView(new ArrayBuffer(32))
  const fd = openSync(file, 'r+')
  try {
    if (readSync(fd, header, 0, header.byteLength, 0) < header.byteLength) return
    const sizeBytes = header.getUint16(16) * header.getUint32(28)
    if (fstatSync(fd).size < sizeBytes && sizeBytes <= JOURNAL_MAX_BYTES) ftruncateSync(fd, sizeBytes)
  } finally {
    closeSync(fd)
  }
}

/** A header that rotted must not make us fill the disk. */
const JOURNAL_MAX_BYTES = 1024 * 1024 * 1024
