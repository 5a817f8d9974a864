import { bytesUpTo, hexOf, id, list, oneOf, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId, DocId, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, record } from './record.ts'
import { SLOT_KIND_CODES } from './slot.ts'
import type { SlotKind } from './slot.ts'

export interface DocumentFacts {
  readonly docId: DocId
  /** Sealed edits in its log. */
  readonly edits: number
}

/** What a device knows of the profile it is in; nothing of it is secret among members. */
export interface ProfileFacts {
  readonly profileId: ProfileId
  readonly deviceId: DeviceId
  readonly devices: number
  readonly removedDevices: number
  /** Changes of who is in and how it is opened. */
  readonly entries: number
  /** Epochs so far: each removal begins one. */
  readonly epochs: number
  /** The ways in that this device keeps, by their kind. */
  readonly ways: readonly SlotKind[]
  readonly documents: readonly DocumentFacts[]
}

const documentFacts = record<DocumentFacts>({ docId: at(1, id('DocId')), edits: at(2, uint()) })

export const showProfileCommand: CommandShape<Nothing, ProfileFacts> = {
  name: 'profile.show',
  effect: 'reads',
  grant: { resource: 'profile:*', act: 'read' },
  says: 'Tell what this device knows of the profile: devices, ways in, documents.',
  examples: ['cloudos profile show', 'cloudos profile show --json'],
  input: nothing,
  output: record<ProfileFacts>({
    profileId: at(1, id('ProfileId'), 'the profile'),
    deviceId: at(2, id('DeviceId'), 'this device'),
    devices: at(3, uint(), 'devices that are in'),
    removedDevices: at(4, uint(), 'devices that were removed'),
    entries: at(5, uint(), 'changes of who is in and how it is opened'),
    epochs: at(6, uint(), 'times that new keys were made, the first among them'),
    ways: at(7, list(oneOf(SLOT_KIND_CODES), { max: LIMITS.slotsMax }), 'ways in that this device keeps'),
    documents: at(8, list(documentFacts, { max: LIMITS.docsPerProfile }), 'documents it holds'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface ExportPiece {
  readonly bytes: Uint8Array
}

export interface ExportedProfile {
  readonly sizeBytes: number
  /** In hex. */
  readonly sha256: string
}

/** As large as everything that is in the profile. */
const EXPORT_MS = 10 * 60_000

/** The file comes in order as events; the answer says how long it was and its hash, so that a piece that was lost is noticed. */
export const exportProfileCommand: CommandShape<Nothing, ExportedProfile, ExportPiece> = {
  name: 'profile.export',
  effect: 'leaves',
  grant: { resource: 'profile:*', act: 'export' },
  says: 'Write out everything of the profile, readable and without keys, in an open format.',
  examples: ['cloudos profile export everything.jsonl'],
  input: nothing,
  output: record<ExportedProfile>({
    sizeBytes: at(1, uint(), 'size of the file'),
    sha256: at(2, hexOf(32), 'SHA-256 of the file'),
  }),
  event: record<ExportPiece>({ bytes: at(1, bytesUpTo(LIMITS.rpcMaxBytes), 'the next piece') }),
  repeat: 'harmless',
  timeoutMs: EXPORT_MS,
}
