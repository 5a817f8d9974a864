import { bytesUpTo, flag, hexOf, id, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId, DocId, Hash, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
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

/** A piece of a file to import. Pieces come in order; an empty one asks how much is there. */
export interface ImportPiece {
  readonly hash: Hash
  readonly sizeBytes: number
  readonly offset: number
  readonly bytes: Uint8Array
}

/** `haveBytes` is where the next piece begins. One file at a time: the pieces of another take its place. */
export const putImportCommand: CommandShape<ImportPiece, { readonly haveBytes: number }> = {
  name: 'profile.put',
  effect: 'writes',
  grant: { resource: 'profile:*', act: 'import' },
  says: 'Bring a file to import to the device, piece by piece.',
  examples: ['cloudos profile put FILE'],
  input: record<ImportPiece>({
    hash: at(1, id('Hash'), 'SHA-256 of the whole'),
    sizeBytes: at(2, uint(LIMITS.importMaxBytes), 'size of the whole'),
    offset: at(3, uint(LIMITS.importMaxBytes), 'where this piece begins'),
    bytes: at(4, bytesUpTo(LIMITS.jobInlineMaxBytes), 'the piece'),
  }),
  output: record<{ readonly haveBytes: number }>({ haveBytes: at(1, uint(), 'how much is there') }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** What an import does to one document, or would do. */
export interface DocumentImport {
  readonly docId: DocId
  readonly name?: string
  readonly isNew: boolean
  /** Texts, list items and fields. */
  readonly added: number
  /** Texts of which both stand there now. */
  readonly bothKept: number
  /** Fields of which what was here stays. */
  readonly keptHere: number
  /** Where those are, the first of them. */
  readonly places: readonly string[]
}

/** What an import did or would do; each document that it concerns came as an event. */
export interface ProfileImport {
  readonly profileId: ProfileId
  /** When the file was written. */
  readonly atMs: number
  readonly documents: number
  readonly added: number
  readonly bothKept: number
  readonly keptHere: number
  /** What belongs to the profile or the device that wrote the file, and does not come. */
  readonly devices: number
  readonly ways: number
  readonly entries: number
  readonly runs: number
  readonly decisions: number
}

export const IMPORT_PLACES_MAX = 16
const IMPORT_PLACE_BYTES = 256

/** A place as an event tells it. */
export function importPlace(path: string): string {
  return path.length * 3 <= IMPORT_PLACE_BYTES ? path : `${path.slice(0, 80).toWellFormed()}…`
}

export const importProfileCommand: CommandShape<
  { readonly hash: Hash; readonly preview?: boolean },
  ProfileImport,
  DocumentImport
> = {
  name: 'profile.import',
  effect: 'writes',
  grant: { resource: 'profile:*', act: 'import' },
  says: 'Bring what is in an export into this profile. Nothing that is here is replaced.',
  examples: ['cloudos profile import everything.jsonl --dry-run'],
  input: record<{ readonly hash: Hash; readonly preview?: boolean }>({
    hash: at(1, id('Hash'), 'SHA-256 of the file that was put'),
    preview: maybeAt(2, flag, 'only tell what would come'),
  }),
  output: record<ProfileImport>({
    profileId: at(1, id('ProfileId'), 'the profile that was exported'),
    atMs: at(2, uint(), 'when it was exported'),
    documents: at(3, uint(), 'documents in the file'),
    added: at(4, uint(), 'texts, list items and fields that came'),
    bothKept: at(5, uint(), 'texts of which both stand there'),
    keptHere: at(6, uint(), 'fields of which what was here stays'),
    devices: at(7, uint(), 'devices in the file, which do not come'),
    ways: at(8, uint(), 'ways in, which do not come'),
    entries: at(9, uint(), 'changes of who is in, which do not come'),
    runs: at(10, uint(), 'runs, which do not come'),
    decisions: at(11, uint(), 'decisions, which do not come'),
  }),
  event: record<DocumentImport>({
    docId: at(1, id('DocId'), 'the document'),
    name: maybeAt(2, text(64), 'its name'),
    isNew: at(3, flag, 'whether it was not here'),
    added: at(4, uint(), 'texts, list items and fields that came'),
    bothKept: at(5, uint(), 'texts of which both stand there'),
    keptHere: at(6, uint(), 'fields of which what was here stays'),
    places: at(7, list(text(IMPORT_PLACE_BYTES), { max: IMPORT_PLACES_MAX }), 'where those are'),
  }),
  repeat: 'harmless',
  timeoutMs: EXPORT_MS,
}
