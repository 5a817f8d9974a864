import type { DeviceClass } from './certificate.ts'
import { deviceName } from './certificate.ts'
import { bytesOf, bytesUpTo, hexOf, id, list, oneOf, text, uint } from './codecs.ts'
import type { DeviceId, DocId, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
import type { RecordCodec } from './record.ts'

/**
 * The commands two programs of one device must agree on: their names, and what goes in and comes out. `input` and `output` are the
 * params and the result of an RPC request; `event` is what it may tell before the answer.
 */
export interface CommandShape<Input, Output, Event = never> {
  readonly name: string
  /** What running it can touch: nothing, this profile's state, or who controls it. */
  readonly effect: 'reads' | 'writes' | 'controls'
  readonly input: RecordCodec<Input, string>
  readonly output: RecordCodec<Output, string>
  readonly event: RecordCodec<Event, string> | undefined
}

export type Nothing = Readonly<Record<string, never>>
const nothing = record<Nothing>({})

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
}

export const statusCommand: CommandShape<Nothing, AgentStatus> = {
  name: 'status',
  effect: 'reads',
  input: nothing,
  output: record<AgentStatus>({
    version: at(1, text(64)),
    deviceId: at(2, id('DeviceId')),
    profileId: maybeAt(3, id('ProfileId')),
    page: at(4, text(256)),
    uptimeMs: at(5, uint()),
    peers: at(
      6,
      list(record<PeerStatus>({ deviceId: at(1, id('DeviceId')), name: at(2, deviceName) }), {
        max: LIMITS.connectionsMax,
      }),
    ),
    documents: at(7, list(id('DocId'), { max: LIMITS.docsPerProfile })),
  }),
  event: undefined,
}

/** A fresh one-time link for the page lies in a file only its owner can read; opening that file signs the page in. */
export const openCommand: CommandShape<Nothing, { readonly file: string }> = {
  name: 'open',
  effect: 'controls',
  input: nothing,
  output: record<{ readonly file: string }>({ file: at(1, text(4096)) }),
  event: undefined,
}

/** One line of the shared note: the text of a document, under a name. */
export interface DocumentAddress {
  readonly document: string
}

export const readDocumentCommand: CommandShape<DocumentAddress, { readonly text: string }> = {
  name: 'document.read',
  effect: 'reads',
  input: record<DocumentAddress>({ document: at(1, text(64)) }),
  output: record<{ readonly text: string }>({ text: at(1, text(LIMITS.rpcMaxBytes)) }),
  event: undefined,
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
  input: record<DocumentEdit>({
    document: at(1, text(64)),
    at: at(2, uint()),
    remove: at(3, uint()),
    insert: at(4, text(LIMITS.rpcMaxBytes)),
  }),
  output: record<{ readonly length: number }>({ length: at(1, uint()) }),
  event: undefined,
}

export interface InvitationLink {
  readonly link: string
  readonly expiresAtMs: number
}

export const inviteCommand: CommandShape<Nothing, InvitationLink> = {
  name: 'pair.invite',
  effect: 'controls',
  input: nothing,
  output: record<InvitationLink>({ link: at(1, text(2 * LIMITS.invitationMaxBytes + 16)), expiresAtMs: at(2, uint()) }),
  event: undefined,
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
const requestId = hexOf(16)

const waitingDevice = record<WaitingDevice>({
  requestId: at(1, requestId),
  name: at(2, deviceName),
  class: at(3, deviceClass),
  words: at(4, list(text(16), { min: 3, max: 3 })),
  certificate: at(5, bytesUpTo(LIMITS.certificateMaxBytes)),
  challenge: at(6, bytesOf(32)),
})

/** Tells of each device that waits, until it is cancelled: those waiting already come first. */
export const watchPairingCommand: CommandShape<Nothing, Nothing, WaitingDevice> = {
  name: 'pair.watch',
  effect: 'reads',
  input: nothing,
  output: nothing,
  event: waitingDevice,
}

/** The owner's yes, as entries of the authority log that the root has signed in the page; the agent holds no root. */
export interface Admittance {
  readonly requestId: string
  readonly entries: readonly Uint8Array[]
}

export const admitCommand: CommandShape<Admittance, Nothing> = {
  name: 'pair.admit',
  effect: 'controls',
  input: record<Admittance>({
    requestId: at(1, requestId),
    entries: at(2, list(bytesUpTo(LIMITS.authorityEntryMaxBytes), { min: 1, max: 16 })),
  }),
  output: nothing,
  event: undefined,
}

export interface PairingRefusal {
  readonly requestId: string
  readonly reason: 'words-differ' | 'not-mine'
}

export const refuseCommand: CommandShape<PairingRefusal, Nothing> = {
  name: 'pair.refuse',
  effect: 'controls',
  input: record<PairingRefusal>({
    requestId: at(1, requestId),
    reason: at(2, oneOf({ 'words-differ': 1, 'not-mine': 2 })),
  }),
  output: nothing,
  event: undefined,
}
