import { concatBytes } from './bytes.ts'
import { NO_HASH, bytesFromId, chainKey, idFromBytes } from './ids.ts'
import type { ChainKey, DeviceId, DocId, EpochId, Hash, Incarnation } from './ids.ts'
import { LIMITS } from './limits.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

/*
 * 'CU' | ver1 | type1 | docId16 | epochId8 | deviceId16 | incarnation4 | seq u64 | prev32 | nonce24 | ctLen u32 | ct | sig64
 * Big endian. frameId = SHA-256(header ‖ ct); the signature is over the frameId; the AEAD's associated data
 * is the frame domain's label, a zero byte and the header.
 */
export const FRAME_HEADER_BYTES = 2 + 1 + 1 + 16 + 8 + 16 + 4 + 8 + 32 + 24 + 4
export const FRAME_SIGNATURE_BYTES = 64
export const FRAME_NONCE_BYTES = 24
/** The Poly1305 tag, the plaintext's length prefix and its smallest padding: less ciphertext than this is no frame. */
export const FRAME_MIN_CIPHERTEXT_BYTES = 16 + 32
const FRAME_VERSION = 1

export type FrameType = 'update' | 'snapshot'

export interface FrameHeader {
  readonly type: FrameType
  readonly docId: DocId
  readonly epochId: EpochId
  readonly deviceId: DeviceId
  readonly incarnation: Incarnation
  /** 1 for the first frame of a chain, then +1 each. */
  readonly seq: number
  /** The id of the chain's previous frame; all zero at seq 1. */
  readonly prev: Hash
  readonly nonce: Uint8Array
}

/** A frame whose form has been checked and nothing else: no author, no signature, no order. */
export interface ParsedFrame {
  readonly header: FrameHeader
  readonly chain: ChainKey
  readonly bytes: Uint8Array
  /** Views into `bytes`. */
  readonly headerBytes: Uint8Array
  readonly ciphertext: Uint8Array
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

export type FrameRefusal =
  'too-short' | 'too-long' | 'not-a-frame' | 'newer-version' | 'bad-type' | 'bad-seq' | 'bad-prev' | 'bad-length'

export const NO_FRAME = NO_HASH

/** `ciphertextBytes` is the length of the sealed plaintext, tag included. */
export function encodeFrameHeader(header: FrameHeader, ciphertextBytes: number): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  bytes[0] = 0x43
  bytes[1] = 0x55
  bytes[2] = FRAME_VERSION
  bytes[3] = header.type === 'update' ? 0 : 1
  bytes.set(bytesFromId(header.docId), 4)
  bytes.set(bytesFromId(header.epochId), 20)
  bytes.set(bytesFromId(header.deviceId), 28)
  bytes.set(bytesFromId(header.incarnation), 44)
  view.setBigUint64(48, BigInt(header.seq))
  bytes.set(bytesFromId(header.prev), 56)
  bytes.set(header.nonce, 88)
  view.setUint32(112, ciphertextBytes)
  return bytes
}

export function encodeFrame(headerBytes: Uint8Array, ciphertext: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(headerBytes, ciphertext, signature)
}

export function parseFrame(bytes: Uint8Array): Result<ParsedFrame, FrameRefusal> {
  if (bytes.length < FRAME_HEADER_BYTES + FRAME_MIN_CIPHERTEXT_BYTES + FRAME_SIGNATURE_BYTES) return err('too-short')
  if (bytes.length > LIMITS.frameMaxBytes) return err('too-long')
  const [first, second, version = 0] = bytes
  if (first !== 0x43 || second !== 0x55 || version < FRAME_VERSION) return err('not-a-frame')
  if (version > FRAME_VERSION) return err('newer-version')
  const type = bytes[3] === 0 ? 'update' : bytes[3] === 1 ? 'snapshot' : undefined
  if (type === undefined) return err('bad-type')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seq = Number(view.getBigUint64(48))
  if (seq < 1 || !Number.isSafeInteger(seq)) return err('bad-seq')
  const prev = idFromBytes('Hash', bytes.subarray(56, 88))
  if ((seq === 1) !== (prev === NO_FRAME)) return err('bad-prev')
  const end = FRAME_HEADER_BYTES + view.getUint32(112)
  if (end + FRAME_SIGNATURE_BYTES !== bytes.length) return err('bad-length')
  const deviceId = idFromBytes('DeviceId', bytes.subarray(28, 44))
  const incarnation = idFromBytes('Incarnation', bytes.subarray(44, 48))
  const header: FrameHeader = {
    type,
    docId: idFromBytes('DocId', bytes.subarray(4, 20)),
    epochId: idFromBytes('EpochId', bytes.subarray(20, 28)),
    deviceId,
    incarnation,
    seq,
    prev,
    nonce: bytes.subarray(88, 112),
  }
  return ok({
    header,
    chain: chainKey(deviceId, incarnation),
    bytes,
    headerBytes: bytes.subarray(0, FRAME_HEADER_BYTES),
    ciphertext: bytes.subarray(FRAME_HEADER_BYTES, end),
    signedBytes: bytes.subarray(0, end),
    signature: bytes.subarray(end),
  })
}
