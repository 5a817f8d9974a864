import { bytesUpTo, bytesOf, flag, hexOf, id, list, oneOf, pair, secretText, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { EpochId, Hash, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
import { SLOT_FIXED_BYTES } from './slot.ts'
import { account, ENTRIES, mediumId, newMedium, SAVING_MS } from './storage-commands.ts'
import type { Entry, MediumNamed, NewMedium } from './storage-commands.ts'
import type { StoredWays } from './way-commands.ts'

/** Entries of the authority log, some at a time: all of them may be more than one message holds. */
export interface LogPiece {
  readonly entries: readonly Uint8Array[]
}

/** A copy as it lies in a place, sealed: whoever asked opens it, and the agent never sees what with. */
export interface ShownCopy extends StoredWays {
  readonly profileId: ProfileId
  readonly gen: number
  readonly savedAtMs: number
}

export interface ShownForRecovery extends ShownCopy {
  /** What this agent asks the copy's root to sign in, and what its proof is made over. */
  readonly certificate: Uint8Array
  readonly challenge: Uint8Array
}

export const logPiece = record<LogPiece>({
  entries: at(1, list(bytesUpTo(LIMITS.authorityEntryMaxBytes), { min: 1, max: 4096 }), 'the next entries of the log'),
})

const shownCopy = {
  profileId: at(1, id('ProfileId'), 'whose copy it is'),
  gen: at(2, uint(), 'its revision'),
  savedAtMs: at(3, uint(), 'when it was saved'),
  slots: at(
    4,
    list(bytesUpTo(SLOT_FIXED_BYTES + LIMITS.slotParamsMaxBytes), { min: 1, max: LIMITS.slotsMax }),
    'one for each way in',
  ),
  sealedVault: at(5, bytesUpTo(LIMITS.vaultMaxBytes), 'what each of them leads to'),
} as const

/** Nothing is kept. Refused where this device is in a profile. */
export const readCopyCommand: CommandShape<NewMedium, ShownForRecovery, LogPiece> = {
  name: 'recover.read',
  effect: 'reads',
  grant: { resource: 'profile:*', act: 'control' },
  says: 'Read the copy in a place, sealed as it is, for whoever can open it.',
  examples: ['cloudos recover read --kind folder --where /media/stick/cloudos'],
  input: newMedium,
  output: record<ShownForRecovery>({
    ...shownCopy,
    certificate: at(6, bytesUpTo(LIMITS.certificateMaxBytes), 'what this device asks to be signed in'),
    challenge: at(7, bytesOf(32), 'what its proof is made over'),
  }),
  event: logPiece,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}

/** Entries that the copy's root has signed just now: they let this device in. */
export interface Recovery {
  readonly place: NewMedium
  readonly entries: readonly Uint8Array[]
}

export interface Recovered {
  readonly profileId: ProfileId
  readonly devices: number
  readonly documents: number
  readonly edits: number
  /** Of the documents as the copy had them. */
  readonly stateHash: Hash
  /** Parts of the documents there that could not be read. */
  readonly unread: number
  /** Why the place is not kept in step from now on, when it is not: what lay there is here all the same. */
  readonly problem?: string
}

export const enterCommand: CommandShape<Recovery, Recovered> = {
  name: 'recover.enter',
  effect: 'controls',
  grant: { resource: 'profile:*', act: 'control' },
  says: 'Take this device into the profile of a copy, by entries its root has signed, with all it holds.',
  examples: ['cloudos recover enter --place PLACE --entries BASE64URL'],
  input: record<Recovery>({
    place: at(1, newMedium, 'where the copy lies'),
    entries: at(
      2,
      list(bytesUpTo(LIMITS.authorityEntryMaxBytes), { min: 1, max: 16 }),
      'entries of the authority log, signed by the root',
    ),
  }),
  output: record<Recovered>({
    profileId: at(1, id('ProfileId'), 'the profile'),
    devices: at(2, uint(), 'devices that are in'),
    documents: at(3, uint(), 'documents that came'),
    edits: at(4, uint(), 'sealed edits that came'),
    stateHash: at(5, id('Hash'), 'of what the copy said'),
    unread: at(6, uint(), 'parts that could not be read'),
    problem: maybeAt(7, text(LIMITS.storageTextMaxBytes), 'why the place is not kept in step'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: 10 * 60_000,
}

/** For a profile of which there is one copy and nothing else: without it changes of who is in would wait for ever. */
export const trustCopyCommand: CommandShape<Nothing, Nothing> = {
  name: 'recover.trust',
  effect: 'controls',
  grant: { resource: 'way:*', act: 'control' },
  says: 'Take what is here for the newest there is, on the owner’s word.',
  examples: ['cloudos recover trust'],
  input: nothing,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** How a drill gets to a copy: by what somebody types now, as on a new machine, or by what this device keeps, which shows less. */
export interface DrillEntry extends MediumNamed {
  /** As whom, where it is another than this device signs in as. */
  readonly account?: string
  readonly secret?: string
  readonly stored?: boolean
}

const drillEntry = {
  mediumId: at(1, mediumId, 'which copy, as the list names it'),
  account: maybeAt(4, account, 'as whom to sign in there, where it is another than this device signs in as'),
  secret: maybeAt(5, secretText(LIMITS.storageSecretMaxBytes), 'its password, secret key or token, typed anew'),
  stored: maybeAt(6, flag, 'go on with what this device keeps sealed: a lesser drill'),
} as const

/**
 * Read from the medium now, and not from what this device remembers. Refused ('needs-credential') where the place takes a credential and
 * none is given, unless `stored`. That it could not be read is on the record of the medium.
 */
export const readForDrillCommand: CommandShape<DrillEntry, ShownCopy, LogPiece> = {
  name: 'drill.read',
  effect: 'writes',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'Read a copy of this device anew, sealed as it is, for a drill.',
  examples: ['cloudos drill read --medium-id 00112233aabbccdd'],
  input: record<DrillEntry>(drillEntry),
  output: record<ShownCopy>(shownCopy),
  event: logPiece,
  repeat: 'harmless',
  timeoutMs: SAVING_MS,
}

/** Whoever asks has opened the copy with a way in, and gives what was in its vault. */
export interface Drill extends DrillEntry {
  /** The hex of the public key of the slot that opened. */
  readonly way: string
  /** The vault's, for reading: each was sealed to this device when it was let in. */
  readonly epochKeys: readonly (readonly [EpochId, Uint8Array])[]
}

export interface Drilled {
  readonly testedAtMs: number
  readonly gen: number
  readonly documents: number
  readonly edits: number
  readonly stateHash: Hash
  readonly notSaved: number
  /** What the place was signed in to with. */
  readonly entry: Entry
}

export const drillCommand: CommandShape<Drill, Drilled> = {
  name: 'drill.run',
  effect: 'writes',
  grant: { resource: 'medium:*', act: 'read' },
  says: 'Bring a copy back into memory by its own vault, hold it against the profile, and note the result.',
  examples: ['cloudos drill run --medium-id 00112233aabbccdd --way HEX --epoch-keys KEYS'],
  input: record<Drill>({
    ...drillEntry,
    way: at(2, hexOf(32), 'the way in that opened it'),
    epochKeys: at(
      3,
      list(pair(id('EpochId'), bytesOf(32)), { min: 1, max: LIMITS.vaultMaxEpochs }),
      'what was in its vault',
    ),
  }),
  output: record<Drilled>({
    testedAtMs: at(1, uint(), 'when'),
    gen: at(2, uint(), 'the revision that was tested'),
    documents: at(3, uint(), 'documents that came back'),
    edits: at(4, uint(), 'sealed edits that came back'),
    stateHash: at(5, id('Hash'), 'of what the copy says'),
    notSaved: at(6, uint(), 'edits of the profile that it has not got yet'),
    entry: at(7, oneOf(ENTRIES), 'what the place was signed in to with'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: 10 * 60_000,
}
