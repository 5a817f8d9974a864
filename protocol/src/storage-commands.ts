import { list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

/** `away`: it is not there now and is looked for. `waiting`: nothing has been written yet. `failed`: `problem` says what to do. */
export const MEDIUM_STATES = ['kept', 'away', 'waiting', 'failed'] as const
export type MediumState = (typeof MEDIUM_STATES)[number]

/** A place where a device keeps the profile. */
export interface MediumView {
  /** `device` is the device's own disk. */
  readonly mediumId: string
  readonly kind: 'device' | 'folder'
  readonly where: string
  /** The revision that lies there; 0 while there is none. */
  readonly gen: number
  readonly savedAtMs?: number
  /** Changes that have come since. */
  readonly behind: number
  readonly state: MediumState
  /** Places with the same one are lost together. */
  readonly failureDomain: string
  readonly problem?: string
}

const mediumId = text(32, (value) => /^[a-z0-9]+$/.test(value))
const sentence = text(LIMITS.storageTextMaxBytes)
const path = text(LIMITS.storageTextMaxBytes, (value) => value.length > 0 && !value.includes('\0'))

const mediumView = record<MediumView>({
  mediumId: at(1, mediumId),
  kind: at(2, oneOf({ device: 1, folder: 2 })),
  where: at(3, sentence),
  gen: at(4, uint()),
  savedAtMs: maybeAt(5, uint()),
  behind: at(6, uint()),
  state: at(7, oneOf({ kept: 1, away: 2, waiting: 3, failed: 4 })),
  failureDomain: at(8, sentence),
  problem: maybeAt(9, sentence),
})

export interface MediaList {
  readonly media: readonly MediumView[]
}

export const listStorageCommand: CommandShape<Nothing, MediaList> = {
  name: 'storage.list',
  effect: 'reads',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'List the places where this device keeps the profile, and how they are.',
  examples: ['cloudos storage list'],
  input: nothing,
  output: record<MediaList>({ media: at(1, list(mediumView, { max: LIMITS.mediaMax + 1 })) }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface NewMedium {
  readonly kind: 'folder'
  readonly path: string
}

export interface MediumNamed {
  readonly mediumId: string
}

const named = record<MediumNamed>({ mediumId: at(1, mediumId, 'which one, as the list names it') })

/** A first save may have the whole profile to write. */
const SAVING_MS = 120_000

export const addStorageCommand: CommandShape<NewMedium, MediumNamed> = {
  name: 'storage.add',
  effect: 'leaves',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Keep a copy of the profile, sealed, in a folder of this device as well.',
  examples: ['cloudos storage add --kind folder --path /media/stick/cloudos'],
  input: record<NewMedium>({
    kind: at(1, oneOf({ folder: 1 }), 'what it is'),
    path: at(2, path, 'the whole path of a folder that exists'),
  }),
  output: named,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}

export const removeStorageCommand: CommandShape<MediumNamed, Nothing> = {
  name: 'storage.remove',
  effect: 'controls',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Keep a place no longer; what lies there stays as it is.',
  examples: ['cloudos storage remove --medium-id 00112233aabbccdd'],
  input: named,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface StorageCheck {
  readonly gen: number
  readonly packs: number
  readonly frames: number
  /** Packs that could not be read; they are written again at once. */
  readonly damagedPacks: number
}

export const checkStorageCommand: CommandShape<MediumNamed, StorageCheck> = {
  name: 'storage.check',
  effect: 'reads',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'Read a copy back whole and check it, without opening any of it.',
  examples: ['cloudos storage check --medium-id 00112233aabbccdd'],
  input: named,
  output: record<StorageCheck>({
    gen: at(1, uint()),
    packs: at(2, uint()),
    frames: at(3, uint()),
    damagedPacks: at(4, uint()),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}

export const syncStorageCommand: CommandShape<MediumNamed, Nothing> = {
  name: 'storage.sync',
  effect: 'writes',
  grant: { resource: 'medium:*', act: 'write' },
  says: 'Bring a copy into step with the profile now.',
  examples: ['cloudos storage sync --medium-id 00112233aabbccdd'],
  input: named,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}
