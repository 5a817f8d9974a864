import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'
import type { Channel, Clock, Rng } from '@cloudos/protocol/ports'
import { abortAfter } from '../abort-after.ts'
import { answerHandshake, joinHandshake } from './handshake.ts'
import type { Handshake, HandshakeParts, PairingSelf } from './handshake.ts'
import { copyRefusal } from './copy-refusal.ts'
import { createInbox } from './inbox.ts'
import type { Inbox } from './inbox.ts'
import { pairingRefusal } from './refusal.ts'
import { signInRefusal } from './sign-in-refusal.ts'
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
  /** A stranger is heard for `LIMITS.strangerMaxMs` of it. */
  readonly clock: Clock
  /** The profile this device is in. */
  readonly profileId: ProfileId | undefined
  /** Has the owner compare the words and decide. Rejects when it is refused. */
  readonly admit: Admit
  /** The copy that lies there; rejects (`CloudError`) when none does. */
  copyAt(where: CopyPlace): Promise<SealedCopy>
  /** How a visitor's copy in a Google Drive is come by. */
  readonly signIn: SignInForVisitor
  /** Takes what lets the visitor in, durably; rejects when it does not. Whoever could sign it has opened the copy. */
  takeIn(visitor: Handshake, entries: readonly Uint8Array[]): Promise<void>
}

/** A sign-in that a visitor has a person asked for. All reject with `CloudError`. */
export interface SignInForVisitor {
  begin(where: string): Promise<DriveAttempt>
  /** Asked again it waits for the same. Nothing is kept but in memory. */
  finish(answer: DriveAnswer): Promise<DriveAdded>
}

/** The owner's yes for a device that has shown its certificate: resolves with the log that lets it in. */
export type Admit = (request: JoinRequest) => Promise<readonly Uint8Array[]>

/** A page beside a device that may show it copies. All reject with `CloudError`. */
export interface CopyVisit {
  /** The copy that lies there, to be opened by one of its ways in. When there is none the page may ask for another. */
  readonly ask: (where: CopyPlace) => Promise<SealedCopy>
  /** Has the device sign in to a Google Drive, which it can then be asked for. */
  readonly signIn: SignInForVisitor
  /** Brings a device of the profile the entries that let this one in. Resolves once they are durable there; ends the visit. */
  readonly submit: (entries: readonly Uint8Array[]) => Promise<void>
  /** Takes a device that is in no profile into the one whose copy it has shown; ends the visit. */
  readonly offer: (profileId: ProfileId, admit: Admit) => Promise<void>
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
export async function offerProfile(parts: PairingParts, profileId: ProfileId, admit: Admit): Promise<void> {
  await offer(parts, await shakeHands(parts, joinHandshake), profileId, admit)
}

async function offer(
  parts: PairingParts,
  { inbox, handshake }: Met,
  profileId: ProfileId,
  admit: Admit,
): Promise<void> {
  say(parts.channel, { kind: 'offer', profileId })
  const { certificate } = await hear(parts, inbox, 'request')
  say(parts.channel, { kind: 'welcome', entries: await orRefuse(parts.channel, admit({ handshake, certificate })) })
  await hear(parts, inbox, 'done')
}

/** A page that is in no profile, with the link of an agent: may ask for the copies there until it has opened one. */
export async function visitForCopies(parts: PairingParts): Promise<CopyVisit> {
  const met = await shakeHands(parts, joinHandshake)
  const { inbox } = met
  let turn: Promise<unknown> = Promise.resolve()
  async function askOne(where: CopyPlace): Promise<SealedCopy> {
    inbox.trust()
    say(parts.channel, { kind: 'ask-copy', where })
    const answer = await hearAny(parts, inbox)
    if (answer.kind === 'refused') throw copyRefusal(where, answer.code)
    return expectKind(parts.channel, answer, 'copy').copy
  }
  /** An answer does not say what it is the answer to. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  async function heardOfSignIn(message: PairingMessage): Promise<PairingMessage> {
    say(parts.channel, message)
    const answer = await hearAny(parts, inbox)
    if (answer.kind === 'refused') throw signInRefusal(answer.code)
    return answer
  }
  return {
    ask: (where) => inTurn(() => askOne(where)),
    signIn: {
      begin: (where) =>
        inTurn(async () => expectKind(parts.channel, await heardOfSignIn({ kind: 'ask-sign-in', where }), 'sign-in').asked), // prettier-ignore
      async finish(answer) {
        // Between two tries the answer can come by hand.
        for (;;) {
          const heard = await inTurn(() => heardOfSignIn({ kind: 'finish-sign-in', answer }))
          if (heard.kind !== 'waiting') return expectKind(parts.channel, heard, 'signed-in').added
        }
      },
    },
    async submit(entries) {
      say(parts.channel, { kind: 'entries', entries })
      await hear(parts, inbox, 'done')
    },
    offer: (profileId, admit) => offer(parts, met, profileId, admit),
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
  const signal = abortAfter(answering.clock, LIMITS.strangerMaxMs, parts.signal)
  const { inbox, handshake } = await shakeHands({ ...parts, signal }, answerHandshake)
  onProved(handshake.secret)
  const message = parsePairingMessage(await inbox.next(parts.signal))
  if (message.kind === 'offer') await takeOffer(parts, inbox, message.profileId, handshake, answering)
  else if (message.kind === 'request')
    await letIn(parts, inbox, { handshake, certificate: message.certificate }, answering)
  else if (message.kind === 'ask-copy' || message.kind === 'ask-sign-in')
    await showCopies(parts, { inbox, handshake }, message, answering)
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

/** A path is easily mistyped: what cannot be shown uses nothing up, and the visitor asks again or goes. */
async function showCopies(
  parts: PairingParts,
  { inbox, handshake }: Met,
  first: PairingMessage,
  answering: Answering,
): Promise<void> {
  let asked = first
  for (let asks = 0; asks < COPY_ASKS_MAX;) {
    const answer = answerVisitor(asked, answering)
    if (answer === undefined) break
    await sayOrRefuse(parts.channel, answer)
    asked = parsePairingMessage(await inbox.next(parts.signal))
    // Said again for as long as a person takes.
    if (asked.kind !== 'finish-sign-in') asks += 1
  }
  if (asked.kind === 'offer') await takeOffer(parts, inbox, asked.profileId, handshake, answering)
  else if (asked.kind === 'entries') {
    await orRefuse(parts.channel, answering.takeIn(handshake, asked.entries))
    say(parts.channel, { kind: 'done' })
  } else refuse(parts.channel, 'unexpected')
}

/** `undefined` for what ends the visit. */
function answerVisitor(
  asked: PairingMessage,
  { copyAt, signIn, clock }: Pick<Answering, 'copyAt' | 'signIn' | 'clock'>,
): Promise<PairingMessage> | undefined {
  if (asked.kind === 'ask-copy') return copyAt(asked.where).then((copy) => ({ kind: 'copy', copy }))
  if (asked.kind === 'ask-sign-in')
    return signIn.begin(asked.where).then((begun) => ({ kind: 'sign-in', asked: begun }))
  return asked.kind === 'finish-sign-in' ? orWaiting(signIn.finish(asked.answer), clock) : undefined
}

async function orWaiting(finishing: Promise<DriveAdded>, clock: Clock): Promise<PairingMessage> {
  const done = new AbortController()
  const added = finishing.then((one): PairingMessage => ({ kind: 'signed-in', added: one }))
  const late = clock.sleep(SIGN_IN_WAIT_MS, done.signal).then((): PairingMessage => ({ kind: 'waiting' }))
  try {
    return await Promise.race([added, late])
  } finally {
    done.abort()
  }
}

/** Until somebody who gives the answer by hand is heard. */
const SIGN_IN_WAIT_MS = 2_000

async function sayOrRefuse(channel: Channel, answering: Promise<PairingMessage>): Promise<void> {
  try {
    say(channel, await answering)
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    say(channel, { kind: 'refused', code: cause.code })
  }
}

/** More than anybody mistypes; somebody who tries what folders there are is stopped. */
const COPY_ASKS_MAX = 50

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
  await orRefuse(parts.channel, joining.join(profileId, welcome.entries))
  say(parts.channel, { kind: 'done' })
}

/** Both sides have proved the secret. */
interface Met {
  readonly inbox: Inbox
  readonly handshake: Handshake
}

async function shakeHands(parts: PairingParts, shake: (parts: HandshakeParts) => Promise<Handshake>): Promise<Met> {
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
  const message = await hearAny(parts, inbox)
  if (message.kind === 'refused') throw pairingRefusal(message.code)
  return expectKind(parts.channel, message, kind)
}

async function hearAny(parts: PairingParts, inbox: Inbox): Promise<PairingMessage> {
  return parsePairingMessage(await inbox.next(parts.signal))
}

function expectKind<Kind extends PairingMessage['kind']>(
  channel: Channel,
  message: PairingMessage,
  kind: Kind,
): Extract<PairingMessage, { kind: Kind }> {
  if (!isKind(message, kind)) refuse(channel, 'unexpected')
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
  throw pairingRefusal(code)
}
