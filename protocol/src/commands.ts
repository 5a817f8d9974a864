import type { DeviceClass } from './certificate.ts'
import { deviceName } from './certificate.ts'
import { bytesOf, bytesUpTo, flag, hexOf, id, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId, DocId, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

export interface PeerStatus {
  readonly deviceId: DeviceId
  readonly name: string
}

export interface AgentStatus {
  readonly version: string
  readonly deviceId: DeviceId
  /** Absent until a page has founded a profile here, or this device has been paired. */
  readonly profileId?: ProfileId
  readonly page: string
  readonly uptimeMs: number
  /** In step with this agent now. */
  readonly peers: readonly PeerStatus[]
  readonly documents: readonly DocId[]
  /** Present when the profile has shut this device out: it keeps what it had and speaks to no other. */
  readonly removed?: boolean
  /** How many places hold everything that is saved here and cannot be lost together; from two on it is safe. */
  readonly safeIn?: number
  /** Present while nothing but the one copy it came from says that what is here is the newest. */
  readonly unproven?: boolean
}

const peerStatus = record<PeerStatus>({ deviceId: at(1, id('DeviceId')), name: at(2, deviceName) })

export const statusCommand: CommandShape<Nothing, AgentStatus> = {
  name: 'status',
  effect: 'reads',
  grant: { resource: 'agent:*', act: 'read' },
  says: 'Tell how this agent is: its page, its profile, and the devices it is in step with.',
  examples: ['cloudos status', 'cloudos status --json'],
  input: nothing,
  output: record<AgentStatus>({
    version: at(1, text(64), 'the version of the agent'),
    deviceId: at(2, id('DeviceId'), 'this device'),
    profileId: maybeAt(3, id('ProfileId'), 'the profile it is in'),
    page: at(4, text(256), 'the address of its page'),
    uptimeMs: at(5, uint(), 'how long it has been running'),
    peers: at(6, list(peerStatus, { max: LIMITS.connectionsMax }), 'devices in step with it now'),
    documents: at(7, list(id('DocId'), { max: LIMITS.docsPerProfile }), 'documents it holds'),
    removed: maybeAt(8, flag, 'whether the profile has shut this device out'),
    safeIn: maybeAt(9, uint(), 'places that hold everything and cannot be lost together; two are safe'),
    unproven: maybeAt(10, flag, 'whether nothing but one copy says that what is here is the newest'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** Where on the page to begin: what stands behind its `#`. */
export interface PagePlace {
  readonly place?: string
}

/** A fresh one-time link for the page lies in a file only its owner can read; opening that file signs the page in. */
export const openCommand: CommandShape<PagePlace, { readonly file: string }> = {
  name: 'open',
  effect: 'controls',
  grant: { resource: 'agent:*', act: 'open' },
  says: 'Make a one-time link that signs a browser of this machine in.',
  examples: ['cloudos open'],
  input: record<PagePlace>({
    place: maybeAt(
      1,
      text(128, (place) => /^\/[a-z0-9/-]*$/.test(place)),
      'where on the page to begin, such as /devices',
    ),
  }),
  output: record<{ readonly file: string }>({ file: at(1, text(4096), 'the file to open in a browser') }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** One line of the shared note: the text of a document, under a name. */
export interface DocumentAddress {
  readonly document: string
}

const documentName = at(1, text(64), 'the name of the document')

export const readDocumentCommand: CommandShape<DocumentAddress, { readonly text: string }> = {
  name: 'document.read',
  effect: 'reads',
  grant: { resource: 'doc:*', act: 'read' },
  says: 'Print the text of a document.',
  examples: ['cloudos document read --document notes'],
  input: record<DocumentAddress>({ document: documentName }),
  output: record<{ readonly text: string }>({ text: at(1, text(LIMITS.rpcMaxBytes), 'its whole text') }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface DocumentEdit extends DocumentAddress {
  /** In UTF-16 units; past the end means at the end. */
  readonly at: number
  readonly remove: number
  readonly insert: string
}

/** Answered once the edit is on this device's disk. */
export const editDocumentCommand: CommandShape<DocumentEdit, { readonly length: number }> = {
  name: 'document.edit',
  effect: 'writes',
  grant: { resource: 'doc:*', act: 'write' },
  says: 'Change the text of a document; it is on the disk when this answers.',
  examples: ['cloudos document edit --document notes --at 0 --remove 0 --insert "Buy milk"'],
  input: record<DocumentEdit>({
    document: documentName,
    at: at(2, uint(), 'where, in UTF-16 units; past the end means at the end'),
    remove: at(3, uint(), 'how many units to take out there'),
    insert: at(4, text(LIMITS.rpcMaxBytes), 'what to put there'),
  }),
  output: record<{ readonly length: number }>({ length: at(1, uint(), 'how long the text is now') }),
  event: undefined,
  repeat: 'needs-key',
  timeoutMs: QUICK_MS,
}

export interface InvitationLink {
  readonly link: string
  readonly expiresAtMs: number
}

export const inviteCommand: CommandShape<Nothing, InvitationLink> = {
  name: 'pair.invite',
  effect: 'controls',
  grant: { resource: 'pair:*', act: 'control' },
  says: 'Make a link by which another machine asks to be let into the profile.',
  examples: ['cloudos pair invite'],
  input: nothing,
  output: record<InvitationLink>({
    link: at(1, text(2 * LIMITS.invitationMaxBytes + 16), 'to be started with on the other machine'),
    expiresAtMs: at(2, uint(), 'when it stops working'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
  needsFresh: true,
}

/** A device that has proved the link's secret and waits for the owner to compare the words. Its certificate is not yet verified. */
export interface WaitingDevice {
  readonly requestId: string
  readonly name: string
  readonly class: DeviceClass
  readonly words: readonly string[]
  readonly certificate: Uint8Array
  /** What the certificate's proof of possession must be made over. */
  readonly challenge: Uint8Array
}

const deviceClass = oneOf<DeviceClass>({ agent: 1, browser: 2, vault: 3 })
const requestId = at(1, hexOf(16), 'which device, as `pair watch` told it')

const waitingDevice = record<WaitingDevice>({
  requestId,
  name: at(2, deviceName, 'what it calls itself'),
  class: at(3, deviceClass, 'what kind of device it is'),
  words: at(4, list(text(16), { min: 3, max: 3 }), 'the words to compare'),
  certificate: at(5, bytesUpTo(LIMITS.certificateMaxBytes), 'what it asks the root to sign in'),
  challenge: at(6, bytesOf(32), 'what its proof is made over'),
})

/** Tells of each device that waits, until it is cancelled: those waiting already come first. */
export const watchPairingCommand: CommandShape<Nothing, Nothing, WaitingDevice> = {
  name: 'pair.watch',
  effect: 'reads',
  grant: { resource: 'pair:*', act: 'read' },
  says: 'Tell of each device that waits to be let in, until it is stopped.',
  examples: ['cloudos pair watch'],
  input: nothing,
  output: nothing,
  event: waitingDevice,
  repeat: 'harmless',
  timeoutMs: LIMITS.pairingTtlMs,
}

/** The owner's yes, as entries of the authority log that the root has signed in the page; the agent holds no root. */
export interface Admittance {
  readonly requestId: string
  readonly entries: readonly Uint8Array[]
}

/** Letting somebody in twice is letting them in once: the entries are a set. */
export const admitCommand: CommandShape<Admittance, Nothing> = {
  name: 'pair.admit',
  effect: 'controls',
  grant: { resource: 'pair:*', act: 'control' },
  says: 'Let a waiting device in, by entries that the root has signed.',
  examples: ['cloudos pair admit --request-id 00112233445566778899aabbccddeeff --entries FILE'],
  input: record<Admittance>({
    requestId,
    entries: at(
      2,
      list(bytesUpTo(LIMITS.authorityEntryMaxBytes), { min: 1, max: 16 }),
      'entries of the authority log, signed by the root',
    ),
  }),
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
  needsFresh: true,
}

export interface PairingRefusal {
  readonly requestId: string
  readonly reason: 'words-differ' | 'not-mine'
}

export const refuseCommand: CommandShape<PairingRefusal, Nothing> = {
  name: 'pair.refuse',
  effect: 'controls',
  grant: { resource: 'pair:*', act: 'control' },
  says: 'Send a waiting device away.',
  examples: ['cloudos pair refuse --request-id 00112233445566778899aabbccddeeff --reason not-mine'],
  input: record<PairingRefusal>({
    requestId,
    reason: at(2, oneOf({ 'words-differ': 1, 'not-mine': 2 }), 'why'),
  }),
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
