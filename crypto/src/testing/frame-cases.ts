import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { encodeFrameHeader, NO_FRAME } from '@cloudos/protocol/frame'
import type { FrameHeader, FrameRefusal } from '@cloudos/protocol/frame'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, DocId, EpochId, Hash, Incarnation } from '@cloudos/protocol/ids'
import { createAeadKey, encodeNonce, sealBytes } from '../aead.ts'
import type { AeadKey } from '../aead.ts'
import { deviceIdFrom, docKeyFrom } from '../derive.ts'
import { domainPrefix, sha256 } from '../hash.ts'
import type { UnsealRefusal } from '../sealed-frame.ts'
import { createSigner } from '../signature.ts'
import type { Signer } from '../signature.ts'

/* Builds vectors/frames.json from the words of the format, not through sealFrame: the vectors check that too. */

export type CaseRefusal = FrameRefusal | 'bad-signature' | UnsealRefusal

export interface GoodFrame {
  readonly name: string
  readonly header: FrameHeader
  readonly updates: Uint8Array
  readonly frame: Uint8Array
  readonly frameId: Hash
}

export interface BadFrame {
  readonly name: string
  readonly refusal: CaseRefusal
  readonly frame: Uint8Array
}

export interface FrameCases {
  readonly signSeed: Uint8Array
  readonly signPublicKey: Uint8Array
  readonly epochKey: Uint8Array
  readonly docKey: Uint8Array
  readonly good: readonly GoodFrame[]
  readonly bad: readonly BadFrame[]
}

const signSeed = sha256(utf8('frames.json signing seed'))
const signer = createSigner(signSeed)
const epochKey = sha256(utf8('frames.json epoch key'))
const NONCE_PREFIX = sha256(utf8('frames.json nonce prefix')).slice(0, 16)
const docId = '000102030405060708090a0b0c0d0e0f' as DocId
const epochId = 'e0e1e2e3e4e5e6e7' as EpochId
const incarnation = 'c0c1c2c3' as Incarnation
const docKey = docKeyFrom(epochKey, docId, epochId)
const key = createAeadKey(docKey)
const deviceId: DeviceId = deviceIdFrom(signer.publicKey)

export function frameCases(): FrameCases {
  const good = goodFrames()
  return { signSeed, signPublicKey: signer.publicKey, epochKey, docKey, good, bad: badFrames(good) }
}

function goodFrames(): GoodFrame[] {
  const first = goodFrame('the first frame of a chain', headerWith({}), utf8('thirty bytes of a Yjs update..'))
  const next = { seq: 2, prev: first.frameId }
  return [
    first,
    goodFrame('the second frame', headerWith(next), utf8('x')),
    goodFrame('no updates: all padding', headerWith(next), new Uint8Array(0)),
    goodFrame('28 bytes: no padding', headerWith(next), new Uint8Array(28).fill(1)),
    goodFrame('29 bytes: the first Padmé step', headerWith(next), new Uint8Array(29).fill(1)),
    goodFrame(
      '1,000 bytes',
      headerWith(next),
      Uint8Array.from({ length: 1000 }, (_, i) => i),
    ),
    goodFrame('a snapshot', headerWith({ ...next, type: 'snapshot' }), utf8('state')),
    goodFrame('seq past 32 bits', headerWith({ ...next, seq: 2 ** 53 - 1 }), utf8('late')),
  ]
}

function goodFrame(name: string, header: FrameHeader, updates: Uint8Array): GoodFrame {
  const length = PADDED[4 + updates.length] ?? 32
  const frame = signed(sealed(header, plaintextOf(updates.length, updates, length)))
  return { name, header, updates, frame, frameId: idFromBytes('Hash', sha256(frame.subarray(0, -64))) }
}

/** Padmé by hand for the lengths used here. */
const PADDED: Readonly<Record<number, number>> = { 33: 36, 34: 36, 1004: 1024 }

function badFrames(good: readonly GoodFrame[]): BadFrame[] {
  const [first, second] = good
  if (first === undefined || second === undefined) return []
  const frame = first.frame
  return [...badForms(frame), ...badHeaders(frame, second.frame), ...badSignatures(frame), ...badSeals(first, second)]
}

function badForms(frame: Uint8Array): BadFrame[] {
  return [
    bad('nothing', 'too-short', new Uint8Array(0)),
    bad('a header alone', 'too-short', frame.subarray(0, 116)),
    bad('cut by a byte', 'bad-length', frame.subarray(0, -1)),
    bad('a byte too many', 'bad-length', concatBytes(frame, new Uint8Array(1))),
    bad('another magic', 'not-a-frame', edited(frame, 1, 0x56)),
    bad('a version to come', 'newer-version', edited(frame, 2, 2)),
    bad('an unknown type', 'bad-type', edited(frame, 3, 2)),
    bad('a ciphertext length of 4 GiB', 'bad-length', edited(frame, 112, 0xff)),
  ]
}

function badHeaders(frame: Uint8Array, second: Uint8Array): BadFrame[] {
  return [
    bad('seq 0', 'bad-seq', edited(frame, 55, 0)),
    bad('seq 2^53', 'bad-seq', edited(edited(second, 55, 0), 49, 0x20)),
    bad('seq 1 with a predecessor', 'bad-prev', edited(frame, 56, 1)),
    bad('seq 2 without a predecessor', 'bad-prev', edited(frame, 55, 2)),
    bad('another document', 'bad-signature', edited(frame, 4, 0xff)),
    bad('another epoch', 'bad-signature', edited(frame, 20, 0xff)),
    bad('another device', 'bad-signature', edited(frame, 28, 0xff)),
    bad('another incarnation', 'bad-signature', edited(frame, 44, 0xff)),
    bad('another predecessor', 'bad-signature', edited(second, 56, (second[56] ?? 0) ^ 1)),
    bad('another nonce', 'bad-signature', edited(frame, 111, 0xff)),
    bad('an update called a snapshot', 'bad-signature', edited(frame, 3, 1)),
  ]
}

function badSignatures(frame: Uint8Array): BadFrame[] {
  const unsigned = frame.subarray(0, -64)
  const digest = sha256(unsigned)
  const signature = frame.subarray(-64)
  const other = createSigner(sha256(utf8('frames.json another seed')))
  const withSignature = (name: string, bytes: Uint8Array): BadFrame =>
    bad(name, 'bad-signature', concatBytes(unsigned, bytes))
  return [
    withSignature('no signature', new Uint8Array(64)),
    withSignature('one bit of R', edited(signature, 0, (signature[0] ?? 0) ^ 1)),
    withSignature('S + L', plusOrder(signature)),
    withSignature("another device's signature", signatureOf(other, domainPrefix('frame'), digest)),
    withSignature('a signature of another domain', signatureOf(signer, domainPrefix('heads'), digest)),
    withSignature('a signature without a domain', signatureOf(signer, new Uint8Array(0), digest)),
    withSignature('a signature over the frame instead of its id', signatureOf(signer, domainPrefix('frame'), unsigned)),
    bad('one bit of the ciphertext', 'bad-signature', edited(frame, 116, (frame[116] ?? 0) ^ 1)),
  ]
}

/** Signed by a device that may sign, and made wrong inside. */
function badSeals(first: GoodFrame, second: GoodFrame): BadFrame[] {
  const { header, updates } = first
  const plaintext = plaintextOf(updates.length, updates, 36)
  const ciphertext = first.frame.subarray(116, -64)
  const otherKey = createAeadKey(docKeyFrom(epochKey, docId, 'ffffffffffffffff' as EpochId))
  const padding = (name: string, bytes: Uint8Array): BadFrame => bad(name, 'bad-padding', signed(sealed(header, bytes)))
  const seal = (name: string, unsigned: Uint8Array): BadFrame => bad(name, 'bad-seal', signed(unsigned))
  return [
    seal("another epoch's key", sealed(header, plaintext, otherKey)),
    seal('associated data without the domain', sealed(header, plaintext, key, new Uint8Array(0))),
    seal("another frame's ciphertext", concatBytes(encodeFrameHeader(second.header, ciphertext.length), ciphertext)),
    seal('one bit of the tag', edited(first.frame.subarray(0, -64), 167, (first.frame[167] ?? 0) ^ 1)),
    padding('a last byte of padding that is not zero', edited(plaintext, 35, 1)),
    padding('a length that leaves part of the updates in the padding', edited(plaintext, 3, 28)),
    padding('a length past the end', edited(plaintext, 3, 33)),
    padding('a length of 4 GiB', edited(plaintext, 0, 0xff)),
    padding('more padding than Padmé', plaintextOf(updates.length, updates, 40)),
    padding('less padding than Padmé', plaintextOf(updates.length, updates, 34)),
  ]
}

function bad(name: string, refusal: CaseRefusal, frame: Uint8Array): BadFrame {
  return { name, refusal, frame }
}

function headerWith(changes: Partial<FrameHeader>): FrameHeader {
  const nonce = encodeNonce(NONCE_PREFIX, changes.seq ?? 1)
  return { type: 'update', docId, epochId, deviceId, incarnation, seq: 1, prev: NO_FRAME, nonce, ...changes }
}

function plaintextOf(length: number, updates: Uint8Array, paddedBytes: number): Uint8Array {
  const plaintext = new Uint8Array(paddedBytes)
  new DataView(plaintext.buffer).setUint32(0, length)
  plaintext.set(updates, 4)
  return plaintext
}

function sealed(
  header: FrameHeader,
  plaintext: Uint8Array,
  withKey: AeadKey = key,
  aadPrefix: Uint8Array = domainPrefix('frame'),
): Uint8Array {
  const headerBytes = encodeFrameHeader(header, plaintext.length + 16)
  return concatBytes(headerBytes, sealBytes(withKey, header.nonce, plaintext, concatBytes(aadPrefix, headerBytes)))
}

function signed(unsigned: Uint8Array): Uint8Array {
  return concatBytes(unsigned, signatureOf(signer, domainPrefix('frame'), sha256(unsigned)))
}

function signatureOf(by: Signer, prefix: Uint8Array, payload: Uint8Array): Uint8Array {
  const signature = by.sign(concatBytes(prefix, payload))
  if (!(signature instanceof Uint8Array)) throw new TypeError('a seed signs at once')
  return signature
}

function edited(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = value
  return copy
}

/** The malleable twin: S + L, still under 2^253. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const order = bytesFromId('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010' as Hash)
  const twin = signature.slice()
  let carry = 0
  for (let i = 0; i < 32; i++) {
    const sum = (twin[32 + i] ?? 0) + (order[i] ?? 0) + carry
    twin[32 + i] = sum & 0xff
    carry = sum >>> 8
  }
  return twin
}
