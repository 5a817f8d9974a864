import { flag, hexOf, list, oneOf, secretText, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
import { roomRecord } from './room.ts'
import type { Room } from './room.ts'

/**
 * `away`: it is not there now and is looked for. `waiting`: nothing has been written yet. `failed`: `problem` says what to do.
 * `doubted`: it shows what it should not (an older copy, another history, a part withheld); nothing is taken from it or written to it
 * until the owner says so (`storage.trust`).
 */
export const MEDIUM_STATES = ['kept', 'away', 'waiting', 'failed', 'doubted'] as const
export type MediumState = (typeof MEDIUM_STATES)[number]

/** `device` is a device's own disk, `peer` another agent that keeps a whole copy. */
export type MediumKind = 'device' | AddedKind

/** A kind that somebody can add, and how it travels. */
export const ADDED_KINDS = { folder: 2, webdav: 3, s3: 4, github: 5, drive: 6, peer: 7 } as const
export type AddedKind = keyof typeof ADDED_KINDS

/** Where the password, key or token of a place lies: on no medium, and in no profile. */
export type CredentialPlace = 'not-needed' | 'sealed-on-device' | 'lost'

/** A place where a device keeps the profile. What it takes to reach it again is all here, except the secret. */
export interface MediumView {
  readonly mediumId: string
  readonly kind: MediumKind
  /** A path, an https URL, owner/repository: in the one spelling that this kind has for it. */
  readonly where: string
  /** As whom the device signs in there. */
  readonly account?: string
  readonly credential: CredentialPlace
  /** The revision that lies there; 0 while there is none. */
  readonly gen: number
  readonly savedAtMs?: number
  /** Changes that have come since. */
  readonly behind: number
  readonly state: MediumState
  /** Places with the same one are lost together. */
  readonly failureDomain: string
  readonly problem?: string
  /** A copy lay there already when it was added, and was read: a source of its own for how new all is. Not kept over a restart. */
  readonly hadCopy?: boolean
  /** Of a device's own disk: where another machine finds that device, to come back from it by its code. */
  readonly reachedAt?: string
  /** As it was told last; left out where nothing can be told. */
  readonly room?: Room
  /** There is no room left, or little: what to do about it. */
  readonly roomProblem?: string
  /** When a share of it was last read back, as a share is each day. */
  readonly checkedAtMs?: number
  /** How many objects were damaged or lost there and put right, when that happened last, and when. */
  readonly mendedObjects?: number
  readonly mendedAtMs?: number
  /** The last save did not fit. */
  readonly isFull?: boolean
  /** When a drill last brought everything back from it. */
  readonly testedAtMs?: number
  /** Why the last drill did not. */
  readonly testProblem?: string
  /** By which ways in it was opened, and when last, the newest first. */
  readonly tests?: readonly WayTest[]
}

/**
 * What a drill signed in to the place with. `asked`: somebody gave it anew, as on a new machine. `stored`: this device's own, which shows
 * less: it is gone with the device.
 */
export const ENTRIES = { 'not-needed': 1, asked: 2, stored: 3 } as const
export type Entry = keyof typeof ENTRIES

export interface WayTest {
  /** The hex of the public key of its slot. */
  readonly way: string
  readonly atMs: number
  readonly entry: Entry
}

export const mediumId = text(32, (value) => /^[a-z0-9]+$/.test(value))
const sentence = text(LIMITS.storageTextMaxBytes)
const place = text(LIMITS.storageTextMaxBytes, (value) => value.length > 0 && !value.includes('\0'))
export const account = text(LIMITS.storageAccountMaxBytes, (value) => value.length > 0 && !/\p{Cc}/u.test(value))

const wayTest = record<WayTest>({ way: at(1, hexOf(32)), atMs: at(2, uint()), entry: at(3, oneOf(ENTRIES)) })
const mediumView = record<MediumView>({
  mediumId: at(1, mediumId),
  kind: at(2, oneOf({ device: 1, ...ADDED_KINDS })),
  where: at(3, sentence),
  gen: at(4, uint()),
  savedAtMs: maybeAt(5, uint()),
  behind: at(6, uint()),
  state: at(7, oneOf({ kept: 1, away: 2, waiting: 3, failed: 4, doubted: 5 })),
  failureDomain: at(8, sentence),
  problem: maybeAt(9, sentence),
  account: maybeAt(10, account),
  credential: at(11, oneOf({ 'not-needed': 1, 'sealed-on-device': 2, lost: 3 })),
  testedAtMs: maybeAt(12, uint()),
  testProblem: maybeAt(13, sentence),
  tests: maybeAt(14, list(wayTest, { max: LIMITS.slotsMax * 2 })),
  hadCopy: maybeAt(20, flag),
  reachedAt: maybeAt(21, sentence),
  room: maybeAt(22, roomRecord),
  roomProblem: maybeAt(23, sentence),
  isFull: maybeAt(24, flag),
  checkedAtMs: maybeAt(25, uint()),
  mendedObjects: maybeAt(26, uint()),
  mendedAtMs: maybeAt(27, uint()),
})

/** How well what is saved on a device is kept: saved is here, safe is in two places that cannot be lost together. */
export interface SafetyView {
  readonly isSafe: boolean
  /** What holds everything, by what is lost together: a disk, a device, an account. Each counts once. */
  readonly domains: readonly string[]
}

export interface MediaList {
  readonly media: readonly MediumView[]
  readonly safety: SafetyView
}

export const safetyView = record<SafetyView>({
  isSafe: at(1, flag, 'whether no single loss takes everything'),
  domains: at(2, list(sentence, { max: LIMITS.mediaMax + LIMITS.connectionsMax }), 'what holds everything'),
})

export const listStorageCommand: CommandShape<Nothing, MediaList> = {
  name: 'storage.list',
  effect: 'reads',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'List the places where this device keeps the profile, and how they are.',
  examples: ['cloudos storage list'],
  input: nothing,
  output: record<MediaList>({
    media: at(1, list(mediumView, { max: LIMITS.mediaMax + 1 + LIMITS.devicesPerProfile })),
    safety: at(2, safetyView),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface NewMedium {
  readonly kind: AddedKind
  readonly where: string
  readonly account?: string
  /** Kept sealed on the device, and shown or sent nowhere else. */
  readonly secret?: string
}

/** Also what a page names a place with whose copy it wants to see. */
export const newMedium = record<NewMedium>({
  kind: at(1, oneOf(ADDED_KINDS), 'what it is'),
  where: at(2, place, 'the whole path of a folder that exists, or the address of the place'),
  account: maybeAt(3, account, 'as whom to sign in there: a user name, or the id of an access key'),
  secret: maybeAt(4, secretText(LIMITS.storageSecretMaxBytes), 'its password, secret key or token'),
})

export interface MediumNamed {
  readonly mediumId: string
}

const named = record<MediumNamed>({ mediumId: at(1, mediumId, 'which one, as the list names it') })

/** A first save may have the whole profile to write. */
export const SAVING_MS = 120_000

export const addStorageCommand: CommandShape<NewMedium, MediumNamed> = {
  name: 'storage.add',
  effect: 'leaves',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Keep a copy of the profile, sealed, in one more place.',
  examples: ['cloudos storage add folder /media/stick/cloudos'],
  input: newMedium,
  output: named,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}

export interface MediumRemoval extends MediumNamed {
  /** Also when fewer than two places that cannot be lost together are left. */
  readonly anyway?: boolean
}

export const removeStorageCommand: CommandShape<MediumRemoval, SafetyView> = {
  name: 'storage.remove',
  effect: 'controls',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Keep a place no longer; what lies there stays as it is. Tells what still holds the profile.',
  examples: ['cloudos storage remove --medium-id 00112233aabbccdd'],
  input: record<MediumRemoval>({
    mediumId: at(1, mediumId, 'which one, as the list names it'),
    anyway: maybeAt(2, flag, 'also when fewer than two separate places are left'),
  }),
  output: safetyView,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
  needsFresh: true,
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

export const trustStorageCommand: CommandShape<MediumNamed, Nothing> = {
  name: 'storage.trust',
  effect: 'controls',
  grant: { resource: 'medium:*', act: 'control' },
  says: 'Use a copy again that shows an older or another state: what lies there is written over.',
  examples: ['cloudos storage trust --medium-id 00112233aabbccdd'],
  input: named,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}
