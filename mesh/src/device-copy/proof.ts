import { equalSecret } from '@cloudos/crypto/compare'
import { hashFor, hmacSha256 } from '@cloudos/crypto/hash'
import { concatBytes, findBytesFromHex, utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Channel, Rng } from '@cloudos/protocol/ports'
import type { Inbox } from '../pairing/inbox.ts'
import { encodeCopyMessage, parseCopyMessage } from './talk.ts'
import type { CopyMessage } from './talk.ts'

/*
 * newcomer → device    nonce16
 * device   → newcomer  nonce16
 * newcomer → device    HMAC(secret, 'newcomer' ‖ transcript)
 * device   → newcomer  HMAC(secret, 'device' ‖ transcript)
 *
 * transcript = SHA-256(device-code ‖ 0 ‖ newcomer's peer id ‖ device's peer id ‖ both nonces). Noise has proved the peer ids: a MAC made
 * for one pair of peers is worth nothing between another, nor a second time. The device answers to a stranger with nothing but a random
 * number: neither its name nor its keys, nor whether the code that it shows was nearly right.
 */

export interface ProofParts {
  readonly channel: Channel
  readonly inbox: Inbox
  /** Hex of this side's libp2p public key. */
  readonly peerId: string
  readonly rng: Rng
  readonly signal: AbortSignal
}

/** The side that has read the code. Rejects (`CloudError`) 'code-refused' when the other does not know it. */
export async function proveCode(parts: ProofParts, secret: Uint8Array): Promise<void> {
  const { channel, peerId, rng } = parts
  const nonce = rng.bytes(16)
  say(channel, { kind: 'hello', nonce })
  const hello = await hear(parts, 'hello')
  const transcript = transcriptOf(peerId, channel.peerId, nonce, hello.nonce)
  say(channel, { kind: 'proof', mac: macOf(secret, 'newcomer', transcript) })
  const { mac } = await hear(parts, 'proof')
  if (!equalSecret(mac, macOf(secret, 'device', transcript))) throw codeRefused()
}

/**
 * The side that shows the code; `theirNonce` is what the newcomer's hello said. Rejects 'code-refused' when it does not know `secret`:
 * the caller counts the tries. `onProved` is called before the newcomer is told, and throws when the code is another's by now.
 */
export async function checkCode(
  parts: ProofParts,
  secret: Uint8Array,
  theirNonce: Uint8Array,
  onProved: () => void,
): Promise<void> {
  const { channel, peerId, rng } = parts
  const nonce = rng.bytes(16)
  say(channel, { kind: 'hello', nonce })
  const { mac } = await hear(parts, 'proof')
  const transcript = transcriptOf(channel.peerId, peerId, theirNonce, nonce)
  if (!equalSecret(mac, macOf(secret, 'newcomer', transcript))) throw codeRefused()
  onProved()
  say(channel, { kind: 'proof', mac: macOf(secret, 'device', transcript) })
}

export function codeRefused(): CloudError {
  return new CloudError(
    'code-refused',
    'That device does not take this code: it works once, and for ten minutes. Have it show a new one: cloudos device code',
  )
}

export function say(channel: Channel, message: CopyMessage): void {
  channel.send(encodeCopyMessage(message))
}

async function hear<Kind extends 'hello' | 'proof'>(
  { inbox, signal }: ProofParts,
  kind: Kind,
): Promise<Extract<CopyMessage, { kind: Kind }>> {
  const message = parseCopyMessage(await inbox.next(signal))
  if (!isKind(message, kind)) throw codeRefused()
  return message
}

export function isKind<Kind extends CopyMessage['kind']>(
  message: CopyMessage,
  kind: Kind,
): message is Extract<CopyMessage, { kind: Kind }> {
  return message.kind === kind
}

function transcriptOf(newcomer: string, device: string, theirs: Uint8Array, ours: Uint8Array): Uint8Array {
  return hashFor('device-code', keyOf(newcomer), keyOf(device), theirs, ours)
}

function keyOf(peerId: string): Uint8Array {
  const key = findBytesFromHex(peerId)
  if (key?.length !== 32) throw new RangeError('a peer id is the hex of a 32-byte public key')
  return key
}

function macOf(secret: Uint8Array, side: 'newcomer' | 'device', transcript: Uint8Array): Uint8Array {
  return hmacSha256(secret, concatBytes(utf8(side), transcript))
}
