import { equalSecret } from '@cloudos/crypto/compare'
import { boxPublicKey, isBoxPublicKey } from '@cloudos/crypto/seal-key'
import { hashFor, hmacSha256 } from '@cloudos/crypto/hash'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { concatBytes, equalBytes, findBytesFromHex, hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import type { DeviceClass } from '@cloudos/protocol/certificate'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { isDisplayText } from '@cloudos/protocol/display-text'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Rng } from '@cloudos/protocol/ports'
import type { Inbox } from './inbox.ts'
import { wordsFrom } from './words.ts'

export const PAIR_PROTOCOL = '/cloudos/pair/1'

export interface PairingSelf {
  readonly identity: DeviceIdentity
  /** Hex of the libp2p public key that the channel proves. */
  readonly peerId: string
  readonly name: string
  readonly class: DeviceClass
}

/** What one side says of itself. Its keys are only claimed until the certificate's proof of possession is checked. */
export interface PairingHello {
  readonly signPublicKey: Uint8Array
  readonly boxPublicKey: Uint8Array
  readonly peerPublicKey: Uint8Array
  readonly name: string
  readonly class: DeviceClass
  readonly nonce: Uint8Array
}

export interface Handshake {
  readonly peer: PairingHello
  /** Binds both sides' keys and nonces to the profile; the challenge a certificate's proof of possession is made over. */
  readonly transcript: Uint8Array
  /** The same three on both screens, unless somebody stands in between. */
  readonly words: readonly [string, string, string]
  /** The one of the secrets that both sides have proved. */
  readonly secret: Uint8Array
}

export interface HandshakeParts {
  readonly channel: Channel
  readonly inbox: Inbox
  readonly self: PairingSelf
  /** The link's. A device that has made several links answers to each of them. */
  readonly secrets: readonly Uint8Array[]
  /** `undefined` while there is none: the very first pairing, of a page with the agent beside it. */
  readonly profileId: ProfileId | undefined
  readonly rng: Rng
  readonly signal: AbortSignal
}

/*
 * joiner → inviter  commit32                SHA-256 of the joiner's hello: its keys are fixed before it sees the other's
 * inviter → joiner  hello
 * joiner → inviter  [hello, mac32]          mac = HMAC(secret, 'joiner' ‖ transcript)
 * inviter → joiner  mac32                   mac = HMAC(secret, 'inviter' ‖ transcript)
 */

/** The side that has the link and dials. */
export async function joinHandshake(parts: HandshakeParts): Promise<Handshake> {
  const [secret] = parts.secrets
  if (secret === undefined) throw wrongSecret()
  const hello = encodeHello(helloOf(parts.self, parts.rng))
  parts.channel.send(hashFor('pair', hello))
  const theirs = await parts.inbox.next(parts.signal)
  const peer = parseHello(theirs, parts.channel.peerId)
  const transcript = transcriptOf(parts.profileId, hello, theirs)
  parts.channel.send(encodeCbor([hello, macOf(secret, 'joiner', transcript)]))
  const mac = await parts.inbox.next(parts.signal)
  if (!equalSecret(mac, macOf(secret, 'inviter', transcript))) throw wrongSecret()
  return { peer, transcript, words: wordsFrom(transcript), secret }
}

/** The side that made the link and answers. Throws 'pairing-refused' on a wrong secret: the caller counts the tries. */
export async function answerHandshake(parts: HandshakeParts): Promise<Handshake> {
  const commit = await parts.inbox.next(parts.signal)
  const own = encodeHello(helloOf(parts.self, parts.rng))
  parts.channel.send(own)
  const [hello, mac] = parseReveal(await parts.inbox.next(parts.signal))
  if (!equalBytes(hashFor('pair', hello), commit)) throw wrongSecret()
  const peer = parseHello(hello, parts.channel.peerId)
  const transcript = transcriptOf(parts.profileId, hello, own)
  const secret = parts.secrets.find((one) => equalSecret(mac, macOf(one, 'joiner', transcript)))
  if (secret === undefined) throw wrongSecret()
  parts.channel.send(macOf(secret, 'inviter', transcript))
  return { peer, transcript, words: wordsFrom(transcript), secret }
}

function wrongSecret(): CloudError {
  return new CloudError(
    'pairing-refused',
    'That link does not fit, or somebody is in between. Make a new link and try again.',
  )
}

function macOf(secret: Uint8Array, side: 'joiner' | 'inviter', transcript: Uint8Array): Uint8Array {
  return hmacSha256(secret, concatBytes(utf8(side), transcript))
}

const NO_PROFILE = new Uint8Array(16)

function transcriptOf(profileId: ProfileId | undefined, joiner: Uint8Array, inviter: Uint8Array): Uint8Array {
  const profile = profileId === undefined ? NO_PROFILE : bytesFromId(profileId)
  return hashFor('pair', profile, hashFor('pair', joiner), hashFor('pair', inviter))
}

const CLASSES: readonly DeviceClass[] = ['agent', 'browser', 'vault']

function helloOf({ identity, peerId, name, class: deviceClass }: PairingSelf, rng: Rng): PairingHello {
  return {
    signPublicKey: identity.signer.publicKey,
    boxPublicKey: boxPublicKey(identity.boxSecret),
    peerPublicKey: findBytesFromHex(peerId) ?? new Uint8Array(0),
    name,
    class: deviceClass,
    nonce: rng.bytes(16),
  }
}

export function encodeHello(hello: PairingHello): Uint8Array {
  const { signPublicKey, boxPublicKey, peerPublicKey, name, class: deviceClass, nonce } = hello
  return encodeCbor([signPublicKey, boxPublicKey, peerPublicKey, name, CLASSES.indexOf(deviceClass), nonce])
}

/** The peer key must be the one the channel has proved. */
export function parseHello(bytes: Uint8Array, channelPeerId: string): PairingHello {
  const [sign, box, peer, name, kind, nonce] = parseArray(bytes, 6)
  const deviceClass = typeof kind === 'number' ? CLASSES[kind] : undefined
  const keys = isKey(sign) && isKey(box) && isKey(peer) && isBoxPublicKey(box) && hexFromBytes(peer) === channelPeerId
  const named = typeof name === 'string' && utf8(name).length <= LIMITS.deviceNameMaxBytes && isDisplayText(name)
  if (!keys || !named || deviceClass === undefined || !(nonce instanceof Uint8Array) || nonce.length !== 16)
    throw wrongSecret()
  return { signPublicKey: sign, boxPublicKey: box, peerPublicKey: peer, name, class: deviceClass, nonce }
}

export function parseReveal(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const [hello, mac] = parseArray(bytes, 2)
  if (!(hello instanceof Uint8Array) || !isKey(mac)) throw wrongSecret()
  return [hello, mac]
}

function parseArray(bytes: Uint8Array, length: number): readonly CborValue[] {
  const decoded = decodeCbor(bytes)
  if (!decoded.ok || !Array.isArray(decoded.value) || decoded.value.length !== length) throw wrongSecret()
  return decoded.value as readonly CborValue[]
}

function isKey(value: CborValue | undefined): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32
}
