import { concatBytes } from '@cloudos/protocol/bytes'
import { encodeFrameHeader, FRAME_HEADER_BYTES, FRAME_SIGNATURE_BYTES } from '@cloudos/protocol/frame'
import type { FrameHeader, ParsedFrame } from '@cloudos/protocol/frame'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { sealInto, unsealBytes } from './aead.ts'
import type { AeadKey, NonceSource } from './aead.ts'
import { domainPrefix, hashId, sha256 } from './hash.ts'
import { AEAD_TAG_BYTES } from './native.ts'
import { findPadded, LENGTH_BYTES, padBytes } from './padding.ts'
import { signFor, verifyAside, verifyFor } from './signature.ts'
import type { MaybePromise, Signer } from './signature.ts'

export interface FrameParts {
  readonly header: Omit<FrameHeader, 'nonce'>
  readonly updates: Uint8Array
  readonly key: AeadKey
  readonly nonces: NonceSource
  readonly signer: Signer
}

export interface SealedFrame {
  readonly bytes: Uint8Array
  readonly frameId: Hash
}

export type UnsealRefusal = 'bad-seal' | 'bad-padding'

/** Padded, a byte more would not fit: Padmé steps by 16 KiB there. Larger states go into several frames. */
export const MAX_UPDATES_BYTES = 63 * 16_384 - LENGTH_BYTES

/**
 * Makes one frame: padded, sealed, signed; at once when the signer is. The caller has chosen seq and prev and writes the frame
 * durably before sending it: a second frame under one seq convicts the device. Updates too large for a frame throw.
 */
export function sealFrame(parts: FrameParts): MaybePromise<SealedFrame> {
  if (parts.updates.length > MAX_UPDATES_BYTES) throw new RangeError('these updates do not fit into one frame')
  const plaintext = padBytes(parts.updates)
  const end = FRAME_HEADER_BYTES + plaintext.length + AEAD_TAG_BYTES
  const nonce = parts.nonces.next()
  const bytes = new Uint8Array(end + FRAME_SIGNATURE_BYTES)
  const header = encodeFrameHeader({ ...parts.header, nonce }, plaintext.length + AEAD_TAG_BYTES)
  bytes.set(header)
  sealInto(parts.key, bytes.subarray(FRAME_HEADER_BYTES, end), nonce, plaintext, associated(header))
  const digest = sha256(bytes.subarray(0, end))
  const signature = signFor(parts.signer, 'frame', digest)
  const finish = (done: Uint8Array): SealedFrame => {
    bytes.set(done, end)
    return { bytes, frameId: idFromBytes('Hash', digest) }
  }
  return signature instanceof Uint8Array ? finish(signature) : signature.then(finish)
}

export function frameIdOf(frame: ParsedFrame): Hash {
  return hashId(frame.signedBytes)
}

/**
 * `frameId` must be `frameIdOf(frame)`, and the key that of the device the header names, from a certificate already checked.
 * Needs no document key: a blind replica verifies too. Synchronous in Node.
 */
export function verifyFrame(frame: ParsedFrame, frameId: Hash, signPublicKey: Uint8Array): MaybePromise<boolean> {
  return verifyFor(signPublicKey, 'frame', bytesFromId(frameId), frame.signature)
}

/** As `verifyFrame`, for many at once. */
export function verifyFrameAside(frame: ParsedFrame, frameId: Hash, signPublicKey: Uint8Array): Promise<boolean> {
  return verifyAside(signPublicKey, 'frame', bytesFromId(frameId), frame.signature)
}

/** The updates inside, still hostile to Yjs. `bad-padding`: sealed with the right key by a writer that breaks the format. */
export function unsealFrame(frame: ParsedFrame, key: AeadKey): Result<Uint8Array, UnsealRefusal> {
  const plaintext = unsealBytes(key, frame.header.nonce, frame.ciphertext, associated(frame.headerBytes))
  if (plaintext === undefined) return err('bad-seal')
  const updates = findPadded(plaintext)
  return updates === undefined ? err('bad-padding') : ok(updates)
}

function associated(headerBytes: Uint8Array): Uint8Array {
  return concatBytes(domainPrefix('frame'), headerBytes)
}
