import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { domainPrefix } from '../hash.ts'

/*
 * Builds vectors/ed25519-edge.json: signatures on which Ed25519 libraries differ. Each is made by the holder of the key (or of none,
 * for keys of small order), since nobody else can reach these edges.
 */

/** `bad-form`: refused before any arithmetic. `bad-equation`: SB - kA is another point than R. */
export type Verdict = 'accepted' | 'bad-form' | 'bad-equation'

export interface EdgeSignature {
  readonly name: string
  readonly verdict: Verdict
  readonly publicKey: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** All payloads are signed under this domain. */
export const EDGE_DOMAIN = 'note'

const { Point } = ed25519
type CurvePoint = InstanceType<typeof Point>
const L = Point.Fn.ORDER
const SECRET = 0x1c10d05n
const NONCE = 0x5eedn
/** Of order 8. */
const TORSION = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')

export function edgeSignatures(): EdgeSignature[] {
  return [...scalarEdges(), ...torsionEdges(), ...smallOrderEdges(), ...spellingEdges()]
}

function scalarEdges(): EdgeSignature[] {
  const honest = made('honest', 'accepted', {})
  const s = numberFrom(honest.signature.subarray(32))
  const withS = (name: string, scalar: bigint, verdict: Verdict = 'bad-form'): EdgeSignature => ({
    ...honest,
    name,
    verdict,
    signature: concatBytes(honest.signature.subarray(0, 32), scalarBytes(scalar)),
  })
  return [
    honest,
    withS('S + L: the malleable twin of an honest signature', s + L),
    withS('S + 2L', s + 2n * L),
    withS('S = L', L),
    withS('S = 0', 0n, 'bad-equation'),
  ]
}

function torsionEdges(): EdgeSignature[] {
  const keyTorsion = 1
  return [
    made('key with torsion: kA has torsion left, so only the cofactored equation holds', 'bad-equation', {
      keyTorsion,
      when: (k, full) => k % 8n !== 0n && full % 8n !== 0n,
    }),
    made('key with torsion: k is a multiple of 8, so both equations hold', 'accepted', {
      keyTorsion,
      when: (k, full) => k % 8n === 0n && full % 8n === 0n,
    }),
    made('key with torsion: a multiple of 8 only after k is reduced modulo L', 'accepted', {
      keyTorsion,
      when: (k, full) => k % 8n === 0n && full % 8n !== 0n,
    }),
    made('key with torsion: a multiple of 8 only before k is reduced modulo L', 'bad-equation', {
      keyTorsion,
      when: (k, full) => k % 8n !== 0n && full % 8n === 0n,
    }),
    made('R with torsion: only the cofactored equation holds', 'bad-equation', { commitmentTorsion: 1 }),
    made('key and R with torsion that do not cancel', 'bad-equation', {
      keyTorsion,
      commitmentTorsion: 3,
      when: (k) => (k + 3n) % 8n !== 0n,
    }),
    made('key and R with torsion that cancel: both equations hold', 'accepted', {
      keyTorsion,
      commitmentTorsion: 3,
      when: (k) => (k + 3n) % 8n === 0n,
    }),
  ]
}

function smallOrderEdges(): EdgeSignature[] {
  const torsions = [0, 1, 2, 3, 4, 5, 6, 7]
  const asKey = torsions.map((keyTorsion) =>
    made(`key of small order, ${String(keyTorsion)}T: signed by nobody`, 'bad-form', {
      secret: 0n,
      keyTorsion,
      when: (k) => (k * BigInt(keyTorsion)) % 8n === 0n,
    }),
  )
  const asCommitment = torsions.map((commitmentTorsion) =>
    made(`R of small order, ${String(commitmentTorsion)}T`, 'bad-form', { nonce: 0n, commitmentTorsion }),
  )
  return [...asKey, ...asCommitment]
}

function spellingEdges(): EdgeSignature[] {
  const spelled = (name: string, hex: string, verdict: Verdict = 'bad-form'): EdgeSignature[] => [
    made(`key: ${name}`, verdict, { secret: 0n, keyBytes: bytesFromHex(hex) }),
    made(`R: ${name}`, verdict, { nonce: 0n, commitmentBytes: bytesFromHex(hex) }),
  ]
  const f = 'ff'.repeat(30)
  return [
    ...spelled('the identity with y = p + 1', `ee${f}7f`),
    ...spelled('the identity with y = p + 1 and a sign bit', `ee${f}ff`),
    ...spelled('the identity with a sign bit, x = -0', `01${'00'.repeat(30)}80`),
    ...spelled('y = -1 with a sign bit, x = -0', `ec${f}ff`),
    ...spelled('y = p', `ed${f}7f`),
    ...spelled('y = p with a sign bit', `ed${f}ff`),
    ...spelled('y = p + 3, a large-order point in a second spelling', `f0${f}7f`),
    ...spelled('y = 2^255 - 1', `ff${f}7f`),
    ...spelled('y = 2, not on the curve', `02${'00'.repeat(31)}`, 'bad-equation'),
  ]
}

interface Making {
  readonly secret?: bigint
  readonly nonce?: bigint
  readonly keyTorsion?: number
  readonly keyBytes?: Uint8Array
  readonly commitmentTorsion?: number
  readonly commitmentBytes?: Uint8Array
  /** Payloads are tried until this holds for k reduced modulo L and k as hashed. */
  readonly when?: (k: bigint, full: bigint) => boolean
}

function made(name: string, verdict: Verdict, making: Making): EdgeSignature {
  return { name, verdict, ...craftSignature(making) }
}

/** S = r + ka for the given parts: what a signer who ignores every rule would send. */
export function craftSignature(making: Making): Omit<EdgeSignature, 'name' | 'verdict'> {
  const { secret = SECRET, nonce = NONCE, when = () => true } = making
  const key = multiple(Point.BASE, secret).add(multiple(TORSION, making.keyTorsion ?? 0))
  const publicKey = making.keyBytes ?? key.toBytes()
  const commitment = multiple(Point.BASE, nonce).add(multiple(TORSION, making.commitmentTorsion ?? 0))
  const commitmentBytes = making.commitmentBytes ?? commitment.toBytes()
  for (let i = 0; ; i++) {
    const payload = utf8(`payload ${String(i)}`)
    const full = numberFrom(sha512(concatBytes(commitmentBytes, publicKey, domainPrefix(EDGE_DOMAIN), payload)))
    const k = full % L
    if (!when(k, full)) continue
    const signature = concatBytes(commitmentBytes, scalarBytes((nonce + k * secret) % L))
    return { publicKey, payload, signature }
  }
}

function multiple(point: CurvePoint, times: bigint | number): CurvePoint {
  return point.multiplyUnsafe(BigInt(times))
}

function bytesFromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function scalarBytes(scalar: bigint): Uint8Array {
  return bytesFromHex(scalar.toString(16).padStart(64, '0')).reverse()
}

function numberFrom(littleEndian: Uint8Array): bigint {
  return littleEndian.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}
