import { base64url } from '../base-text.ts'
import { concatBytes, utf8 } from '../bytes.ts'
import { encodeToken } from '../capability-token.ts'
import type { CapabilityToken } from '../capability-token.ts'
import { encodeFrame, encodeFrameHeader } from '../frame.ts'
import type { FrameHeader } from '../frame.ts'
import { NO_HASH } from '../ids.ts'
import { encodeInvitation } from '../invitation.ts'
import type { Invitation } from '../invitation.ts'
import { LIMITS } from '../limits.ts'
import { encodeRpc } from '../rpc.ts'
import { HOUR_MS, SAMPLE_MS, sampleBytes, sampleHex, sampleId } from './samples.ts'
import { bad, badEdits, badForms, good } from './vector.ts'
import type { BadVector, Vectors } from './vector.ts'

const FIRST_HEADER: FrameHeader = {
  type: 'update',
  docId: sampleId('DocId', 0x01),
  epochId: sampleId('EpochId', 0x11),
  deviceId: sampleId('DeviceId', 0x21),
  incarnation: sampleId('Incarnation', 0x31),
  seq: 1,
  prev: NO_HASH,
  nonce: sampleBytes(24, 0x41),
}

/** Ciphertext and signature are neither: what they must be is for the vectors of crypto. */
function sampleFrame(header: FrameHeader, ciphertextBytes: number): Uint8Array {
  const headerBytes = encodeFrameHeader(header, ciphertextBytes)
  return encodeFrame(headerBytes, sampleBytes(ciphertextBytes, 0x80), sampleBytes(64, 0xc0))
}

const frame = sampleFrame(FIRST_HEADER, 48)
const later: FrameHeader = { ...FIRST_HEADER, seq: 2, prev: sampleId('Hash', 0x60) }
const laterFrame = sampleFrame(later, 48)
const snapshot = sampleFrame({ ...later, type: 'snapshot', seq: 2 ** 53 - 1 }, 300)

export const frameVectors: Vectors = {
  good: [
    good('the first frame of a chain', frame),
    good('a later frame', laterFrame),
    good('a snapshot far along a chain', snapshot),
  ],
  bad: [
    bad('no bytes', 'too-short', new Uint8Array(0)),
    bad('less ciphertext than the smallest padding', 'too-short', sampleFrame(FIRST_HEADER, 47)),
    bad('more bytes than a frame may have', 'too-long', new Uint8Array(LIMITS.frameMaxBytes + 1)),
    bad('another magic', 'not-a-frame', frame.with(0, 0x63)),
    bad('version 0', 'not-a-frame', frame.with(2, 0)),
    bad('a newer version', 'newer-version', frame.with(2, 2)),
    bad('type 2', 'bad-type', frame.with(3, 2)),
    bad('seq 0', 'bad-seq', frame.with(55, 0)),
    bad('a seq of 2^53', 'bad-seq', laterFrame.with(49, 0x20)),
    bad('a first frame with a predecessor', 'bad-prev', frame.with(56, 1)),
    bad('a later frame without predecessor', 'bad-prev', frame.with(55, 2)),
    bad('one byte missing', 'bad-length', snapshot.subarray(0, -1)),
    bad('one byte more', 'bad-length', concatBytes(frame, Uint8Array.of(0))),
    bad('a ciphertext length of 4 GiB', 'bad-length', frame.with(112, 0xff)),
  ],
}

const request = encodeRpc({
  kind: 'request',
  id: 1,
  method: 'device.revoke',
  params: Uint8Array.of(0xa0),
  timeoutMs: 30_000,
  idempotencyKey: sampleHex(16, 0x10),
})
const failure = encodeRpc({
  kind: 'failure',
  id: 2 ** 32,
  code: 'not-granted',
  message: 'This device may not revoke devices.',
  detail: Uint8Array.of(0x01),
})
const event = encodeRpc({ kind: 'event', id: 3, seq: 0, body: new Uint8Array(0) })

export const rpcVectors: Vectors = {
  good: [
    good('a request that may be repeated', request),
    good(
      'a request with the least',
      encodeRpc({ kind: 'request', id: 2, method: 'status', params: new Uint8Array(0), timeoutMs: 0 }),
    ),
    good(
      'a request of a longer story',
      encodeRpc({
        kind: 'request',
        id: 3,
        method: 'status',
        params: Uint8Array.of(0xa0),
        timeoutMs: 1,
        traceId: sampleHex(16, 0x20),
      }),
    ),
    good('a reply', encodeRpc({ kind: 'reply', id: 2, result: sampleBytes(300, 0) })),
    good('a failure with detail', failure),
    good('a failure', encodeRpc({ kind: 'failure', id: 4, code: 'gone', message: '' })),
    good('an event', event),
    good('a cancellation', encodeRpc({ kind: 'cancel', id: 4 })),
    good('word that a person is asked', encodeRpc({ kind: 'waits', id: 4, forMs: 300_000 })),
  ],
  bad: [
    bad('no bytes', 'truncated', new Uint8Array(0)),
    bad('one byte missing', 'truncated', request.subarray(0, -1)),
    bad('one byte more', 'trailing-bytes', concatBytes(request, Uint8Array.of(0))),
    bad('more bytes than a message may have', 'too-long', new Uint8Array(LIMITS.rpcMaxBytes + 1)),
    bad('a map in place of the pair', 'unknown-kind', Uint8Array.of(0xa0)),
    ...badEdits(request, [
      ['kind 0', 'unknown-kind', [0], 0],
      ['kind 7', 'unknown-kind', [0], 7],
      ['a kind by its word', 'unknown-kind', [0], 'request'],
      ['three in place of two', 'unknown-kind', [2], 0],
      ['no body', 'unknown-kind', [1]],
      ['a body that is no map', 'not-a-map', [1], 0],
      ['no id', 'missing-id', [1, 1]],
      ['id 0', 'bad-id', [1, 1], 0],
      ['a method in capitals', 'bad-method', [1, 2], 'Device.revoke'],
      ['a method that climbs', 'bad-method', [1, 2], 'device..revoke'],
      ['a method of 65 bytes', 'bad-method', [1, 2], 'm'.repeat(65)],
      ['params that are not bytes', 'bad-params', [1, 3], []],
      ['no deadline', 'missing-timeoutMs', [1, 4]],
      ['a deadline in two days', 'bad-timeoutMs', [1, 4], 2 * 24 * HOUR_MS],
      ['a short idempotency key', 'bad-idempotencyKey', [1, 5], sampleBytes(15, 0)],
      ['a short trace id', 'bad-traceId', [1, 6], sampleBytes(15, 0)],
      ['an empty token', 'bad-token', [1, 7], new Uint8Array(0)],
      ['a key that nobody knows', 'unknown-key', [1, 8], 0],
    ]),
    ...badEdits(failure, [
      ['a code that is a sentence', 'bad-code', [1, 2], 'not granted'],
      ['a message of two pages', 'bad-message', [1, 3], 'm'.repeat(1025)],
      ['a failure called a reply', 'bad-result', [0], 2],
    ]),
    ...badEdits(event, [['a negative seq', 'bad-seq', [1, 2], -1]]),
  ],
}

const INVITATION: Invitation = {
  profileId: sampleId('ProfileId', 0x01),
  peerId: sampleHex(32, 0x50),
  addresses: ['/ip4/192.168.1.20/tcp/7420/ws', '/dns4/relay.example/tcp/443/wss/p2p-circuit'],
  secret: sampleBytes(16, 0x90),
  expiresAtMs: SAMPLE_MS + 600_000,
}
const link = encodeInvitation(INVITATION)
const record = base64url.find(link.slice('cloudos:pair?'.length)) ?? new Uint8Array(0)

function linkOf(bytes: Uint8Array): Uint8Array {
  return utf8('cloudos:pair?' + base64url.encode(bytes))
}

function linkEach(vectors: readonly BadVector[]): readonly BadVector[] {
  return vectors.map(({ name, refusal, bytes }) => bad(name, refusal, linkOf(bytes)))
}

export const invitationVectors: Vectors = {
  good: [
    good('an invitation into a profile', utf8(link)),
    good(
      'a device that waits to be fetched',
      utf8(encodeInvitation({ peerId: INVITATION.peerId, addresses: [], secret: INVITATION.secret, expiresAtMs: 0 })),
    ),
  ],
  bad: [
    bad('no text', 'not-a-link', utf8('')),
    bad('another scheme', 'not-a-link', utf8(link.replace('cloudos:', 'https:'))),
    bad('the prefix in capitals', 'not-a-link', utf8(link.replace('cloudos', 'CloudOS'))),
    bad('padding', 'not-a-link', utf8(link + '=')),
    bad('a line break at the end', 'not-a-link', utf8(link + '\n')),
    bad('the alphabet of plain base64', 'not-a-link', utf8('cloudos:pair?+/8')),
    bad('bits set beyond the last byte', 'not-a-link', utf8('cloudos:pair?AB')),
    bad('one symbol too many', 'not-a-link', utf8('cloudos:pair?AAAAA')),
    bad('more text than a link may have', 'too-long', utf8('cloudos:pair?' + 'A'.repeat(2049))),
    ...linkEach([
      ...badForms(record),
      ...badEdits(record, [
        ['a newer version', 'newer-version', [1], 2],
        ['a peer id of 31 bytes', 'bad-peerId', [3], sampleBytes(31, 0)],
        ['nine addresses', 'bad-addresses', [4], Array.from({ length: 9 }, () => '/ip4/127.0.0.1')],
        ['an address that is a URL', 'bad-addresses', [4], ['https://evil.example/']],
        ['a secret of 15 bytes', 'bad-secret', [5], sampleBytes(15, 0)],
        ['no end', 'missing-expiresAtMs', [6]],
      ]),
    ]),
  ],
}

const TOKEN: CapabilityToken = {
  issuer: sampleId('DeviceId', 0x21),
  audience: { kind: 'app', channel: 'notes' },
  capabilities: [
    { resource: 'fs:/home/ada/notes/**', acts: ['list', 'read', 'write'], limits: { maxBytes: 1_000_000 } },
    { resource: 'net:api.example.org:443', acts: ['connect'], limits: { callsPerMinute: 30 } },
  ],
  notBeforeMs: SAMPLE_MS,
  expiresAtMs: SAMPLE_MS + HOUR_MS,
  tokenId: sampleId('TokenId', 0x01),
}
const token = encodeToken(TOKEN)
const camera = { resource: 'cam:*', acts: ['read'], limits: {} }

export const tokenVectors: Vectors = {
  good: [
    good('an app', token),
    good(
      'a device, handed on',
      encodeToken({
        ...TOKEN,
        audience: { kind: 'device', deviceId: sampleId('DeviceId', 0x41) },
        parent: sampleId('Hash', 0x60),
      }),
    ),
    good(
      'another person for a day',
      encodeToken({
        ...TOKEN,
        audience: { kind: 'peer', peerId: sampleHex(32, 0x50) },
        capabilities: [camera],
        expiresAtMs: SAMPLE_MS + 24 * HOUR_MS,
      }),
    ),
  ],
  bad: [
    ...badForms(token),
    bad('more bytes than a token may have', 'too-long', new Uint8Array(LIMITS.tokenMaxBytes + 1)),
    ...badEdits(token, [
      ['no issuer', 'missing-issuer', [1]],
      ['an audience of a kind that nobody knows', 'bad-audience', [2, 0], 4],
      ['an app channel with a slash', 'bad-audience', [2, 1, 1], 'a/b'],
      ['no capabilities', 'bad-capabilities', [3], []],
      ['a path that climbs', 'bad-capabilities', [3, 0, 1], 'fs:/home/ada/../bob/**'],
      ['a star in the middle', 'bad-capabilities', [3, 0, 1], 'fs:/home/**/notes'],
      ['a resource of a kind that nobody knows', 'bad-capabilities', [3, 0, 1], 'usb:*'],
      ['no acts', 'bad-capabilities', [3, 0, 2], []],
      ['acts in descending order', 'bad-capabilities', [3, 0, 2], ['write', 'read']],
      ['a limit that nobody knows', 'bad-capabilities', [3, 0, 3, 4], 1],
      ['an end at the start', 'bad-validity', [5], SAMPLE_MS],
      ['an end a day and a millisecond later', 'too-long-lived', [5], SAMPLE_MS + 24 * HOUR_MS + 1],
      ['a parent of 16 bytes', 'bad-parent', [7], sampleBytes(16, 0)],
    ]),
  ],
}
