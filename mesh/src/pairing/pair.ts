import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Rng } from '@cloudos/protocol/ports'
import { answerHandshake, joinHandshake } from './handshake.ts'
import type { Handshake, HandshakeParts, PairingSelf } from './handshake.ts'
import { createInbox } from './inbox.ts'
import type { Inbox } from './inbox.ts'
import { encodePairingMessage, parsePairingMessage } from './talk.ts'
import type { CopyPlace, PairingMessage, SealedCopy } from './talk.ts'

export interface PairingParts {
  readonly channel: Channel
  readonly self: PairingSelf
  /** Of the link; all that are open, on the side that answers. */
  readonly secrets: readonly Uint8Array[]
  /** The profile the link names; `undefined` in the link of a device that is in none. */
  readonly profileId: ProfileId | undefined
  readonly rng: Rng
  /** Ends the wait: the link's expiry, or the person giving up. */
  readonly signal: AbortSignal
}

/** Somebody who has proved the secret and asks to be let in. The certificate is not yet verified. */
export interface JoinRequest {
  readonly handshake: Handshake
  readonly certificate: Uint8Array
}

/** What the device that comes in does. */
export interface Joining {
  /** A certificate for this profile, its proof made over `challenge`. */
  makeCertificate(profileId: ProfileId, challenge: Uint8Array): Promise<Uint8Array>
  /** Writes the log down, durably, or throws when it does not let this device in. */
  join(profileId: ProfileId, entries: readonly Uint8Array[]): Promise<void>
}

/** What the device that answers does. */
export interface Answering extends Joining {
  /** The profile this device is in. */
  readonly profileId: ProfileId | undefined
  /** Has the owner compare the words and decide. Resolves with the log that lets the other in; rejects when it is refused. */
  admit(request: JoinRequest): Promise<readonly Uint8Array[]>
  /** The copy that lies there; rejects (`CloudError`) when none does. */
  copyAt(where: CopyPlace): Promise<SealedCopy>
  /** Takes what lets the visitor in, durably; rejects when it does not. Whoever could sign it has opened the copy. */
  takeIn(visitor: Handshake, entries: readonly Uint8Array[]): Promise<void>
}

/** A copy, and the way back to the device that showed it. */
export interface OpenedCopy {
  readonly copy: SealedCopy
  /** Brings the entries that let this device in. Resolves once they are durable there. */
  readonly submit: (entries: readonly Uint8Array[]) => Promise<void>
}

/** A new device with a link: shows the words, and waits for the owner's yes. */
export async function askToJoin(
  parts: PairingParts,
  joining: Joining,
  onWords: (words: Handshake['words']) => void,
): Promise<void> {
  const { profileId } = parts
  if (profileId === undefined)
    throw new CloudError('pairing-refused', 'That link is of a device that is in no profile itself.')
  const { inbox, handshake } = await shakeHands(parts, joinHandshake)
  onWords(handshake.words)
  say(parts.channel, { kind: 'request', certificate: await joining.makeCertificate(profileId, handshake.transcript) })
  await takeWelcome(parts, inbox, profileId, joining)
}

/** The holder of the root with the link of a device that is in no profile, above all the page beside its agent. */
export async function offerProfile(
  parts: PairingParts,
  profileId: ProfileId,
  admit: (request: JoinRequest) => Promise<readonly Uint8Array[]>,
): Promise<void> {
  const { inbox, handshake } = await shakeHands(parts, joinHandshake)
  say(parts.channel, { kind: 'offer', profileId })
  const request = await hear(parts, inbox, 'request')
  say(parts.channel, { kind: 'welcome', entries: await admit({ handshake, certificate: request.certificate }) })
  await hear(parts, inbox, 'done')
}

/** A page that is in no profile, with the link of an agent: gets the copy that lies there, to be opened by one of its ways in. */
export async function askForCopy(parts: PairingParts, where: CopyPlace): Promise<OpenedCopy> {
  const { inbox } = await shakeHands(parts, joinHandshake)
  say(parts.channel, { kind: 'ask-copy', where })
  const { copy } = await hear(parts, inbox, 'copy')
  return {
    copy,
    async submit(entries) {
      say(parts.channel, { kind: 'entries', entries })
      await hear(parts, inbox, 'done')
    },
  }
}

/**
 * The device that made the link. Rejects ('pairing-refused') on a wrong secret: its caller counts the tries. `onProved` names the
 * secret that has been used and must not work again; it throws when that has happened already.
 */
export async function answerPairing(
  parts: PairingParts,
  answering: Answering,
  onProved: (secret: Uint8Array) => void,
): Promise<void> {
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(LIMITS.strangerMaxMs)])
  const { inbox, handshake } = await shakeHands({ ...parts, signal }, answerHandshake)
  onProved(handshake.secret)
  const message = parsePairingMessage(await inbox.next(parts.signal))
  if (message.kind === 'offer') await takeOffer(parts, inbox, message.profileId, handshake, answering)
  else if (message.kind === 'request')
    await letIn(parts, inbox, { handshake, certificate: message.certificate }, answering)
  else if (message.kind === 'ask-copy') await showCopy(parts, inbox, { handshake, where: message.where }, answering)
  else refuse(parts.channel, 'unexpected')
}

async function takeOffer(
  parts: PairingParts,
  inbox: Inbox,
  profileId: ProfileId,
  handshake: Handshake,
  answering: Answering,
): Promise<void> {
  if (answering.profileId !== undefined && answering.profileId !== profileId)
    refuse(parts.channel, 'in-another-profile')
  say(parts.channel, { kind: 'request', certificate: await answering.makeCertificate(profileId, handshake.transcript) })
  await takeWelcome(parts, inbox, profileId, answering)
}

async function letIn(parts: PairingParts, inbox: Inbox, request: JoinRequest, answering: Answering): Promise<void> {
  if (answering.profileId === undefined) refuse(parts.channel, 'in-no-profile')
  const entries = await orRefuse(parts.channel, answering.admit(request))
  say(parts.channel, { kind: 'welcome', entries })
  await hear(parts, inbox, 'done')
}

async function showCopy(
  parts: PairingParts,
  inbox: Inbox,
  { handshake, where }: { readonly handshake: Handshake; readonly where: CopyPlace },
  answering: Answering,
): Promise<void> {
  const copy = await orRefuse(parts.channel, answering.copyAt(where))
  say(parts.channel, { kind: 'copy', copy })
  const { entries } = await hear(parts, inbox, 'entries')
  await orRefuse(parts.channel, answering.takeIn(handshake, entries))
  say(parts.channel, { kind: 'done' })
}

/** What goes wrong here is said there too. */
async function orRefuse<T>(channel: Channel, act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (cause) {
    if (cause instanceof CloudError) say(channel, { kind: 'refused', code: cause.code })
    throw cause
  }
}

async function takeWelcome(parts: PairingParts, inbox: Inbox, profileId: ProfileId, joining: Joining): Promise<void> {
  const welcome = await hear(parts, inbox, 'welcome')
  await joining.join(profileId, welcome.entries)
  say(parts.channel, { kind: 'done' })
}

async function shakeHands(
  parts: PairingParts,
  shake: (parts: HandshakeParts) => Promise<Handshake>,
): Promise<{ inbox: Inbox; handshake: Handshake }> {
  const inbox = createInbox(parts.channel)
  const handshake = await shake({ ...parts, inbox })
  inbox.trust()
  return { inbox, handshake }
}

function say(channel: Channel, message: PairingMessage): void {
  channel.send(encodePairingMessage(message))
}

async function hear<Kind extends PairingMessage['kind']>(
  parts: PairingParts,
  inbox: Inbox,
  kind: Kind,
): Promise<Extract<PairingMessage, { kind: Kind }>> {
  const message = parsePairingMessage(await inbox.next(parts.signal))
  if (message.kind === 'refused') throw refusalOf(message.code)
  if (!isKind(message, kind)) refuse(parts.channel, 'unexpected')
  return message
}

function isKind<Kind extends PairingMessage['kind']>(
  message: PairingMessage,
  kind: Kind,
): message is Extract<PairingMessage, { kind: Kind }> {
  return message.kind === kind
}

function refuse(channel: Channel, code: string): never {
  say(channel, { kind: 'refused', code })
  throw refusalOf(code)
}

function refusalOf(code: string): CloudError {
  switch (code) {
    case 'in-another-profile':
      return new CloudError(
        code,
        'That device belongs to another profile. Remove it there first, or start it with an empty home.',
      )
    case 'in-no-profile':
      return new CloudError(code, 'The device that made this link is in no profile yet. Open its page first.')
    case 'no-copy':
      return new CloudError(
        code,
        'That device has no copy of the ways in yet. Open its page in a browser that is signed in, once.',
      )
    case 'not-let-in':
      return new CloudError(code, 'What was signed does not let this browser in. Try again with a new link.')
    case 'no-such-folder':
      return new CloudError(code, 'There is no such folder on that device, or it cannot be read.')
    case 'nothing-there':
      return new CloudError(code, 'No profile lies in that folder.')
    case 'copy-damaged':
      return new CloudError(code, 'The copy in that folder is damaged. Nothing was opened.')
    case 'newer-version':
      return new CloudError(code, 'The copy was written by a newer CloudOS. Update this one.')
    case 'words-differ':
      return new CloudError(
        code,
        'The words were not the same: somebody may be in between. Nothing was shared. Make a new link.',
      )
    default:
      return new CloudError('pairing-refused', 'The other device did not agree. Nothing was shared.')
  }
}
