import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findBytesFromHex, hexFromBytes } from './bytes.ts'
import { decodeCbor, decodeCborCounted, encodeCbor } from './cbor.ts'
import type { CborValue } from './cbor.ts'

const hex = (text: string) => findBytesFromHex(text.replaceAll(' ', '')) ?? assert.fail('not hex: ' + text)
const decode = (text: string) => decodeCbor(hex(text))

/** By hand from RFC 8949; what is refused stands in vectors/cbor.json. */
const same: readonly (readonly [CborValue, string])[] = [
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [255, '18ff'],
  [256, '190100'],
  [65_535, '19ffff'],
  [65_536, '1a00010000'],
  [2 ** 32 - 1, '1affffffff'],
  [2 ** 32, '1b0000000100000000'],
  [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  [2n ** 53n, '1b0020000000000000'],
  [2n ** 64n - 1n, '1bffffffffffffffff'],
  [-1, '20'],
  [-24, '37'],
  [-25, '3818'],
  [Number.MIN_SAFE_INTEGER, '3b001ffffffffffffe'],
  [-(2n ** 53n), '3b001fffffffffffff'],
  [-(2n ** 64n), '3bffffffffffffffff'],
  [new Uint8Array(0), '40'],
  [Uint8Array.of(1, 2, 3), '43010203'],
  ['', '60'],
  ['ü水𐅑', '69c3bce6b0b4f0908591'],
  ['\ufeffa', '64efbbbf61'],
  [[], '80'],
  [[1, [2, 3], 'a'], '830182020361' + '61'],
  [new Map<number, CborValue>(), 'a0'],
  [
    new Map<number, CborValue>([
      [1, 2],
      [24, [Uint8Array.of(7)]],
    ]),
    'a2010218188141' + '07',
  ],
]

for (const [value, bytes] of same) {
  test(`${bytes} is the one encoding of its value`, () => {
    assert.equal(hexFromBytes(encodeCbor(value)), bytes)
    assert.deepEqual(decode(bytes), { ok: true, value })
  })
}

test('eight levels are read, and bytes over the limit are not looked at', () => {
  assert.equal(decode('8181818181818180').ok, true)
  const limits = { maxBytes: 2, maxDepth: 8 }
  assert.deepEqual(decodeCborCounted(hex('820101'), limits), { outcome: { ok: false, error: 'too-long' }, steps: 0 })
})

test('map entries may be given in any order and a safe bigint is an ordinary integer', () => {
  const map = new Map<number, CborValue>([
    [2, 0n],
    [1, -5n],
  ])
  assert.equal(hexFromBytes(encodeCbor(map)), 'a201240200')
})

test('what cannot be said in this CBOR is not encoded', () => {
  const nine = [[[[[[[[[]]]]]]]]]
  const impossible = [1.5, Number.NaN, 2 ** 53, 2n ** 64n, -(2n ** 64n) - 1n, '\ud800', nine, new Map([[-1, 0]])]
  for (const value of impossible) assert.throws(() => encodeCbor(value), RangeError)
})

test('byte strings are plain views, whatever kind of array the bytes came in', () => {
  const whole = Buffer.from('0043010203', 'hex')
  const decoded = decodeCbor(whole.subarray(1))
  assert.ok(decoded.ok && decoded.value instanceof Uint8Array)
  assert.equal(Object.getPrototypeOf(decoded.value), Uint8Array.prototype)
  assert.equal(decoded.value.buffer, whole.buffer)
})

test('no input makes more than two steps a byte', () => {
  const flat = new Uint8Array(100_000)
  flat.set([0x9a, 0x00, 0x01, 0x86, 0x9b])
  const text = encodeCbor('x'.repeat(100_000))
  for (const bytes of [flat, text]) {
    const { outcome, steps } = decodeCborCounted(bytes)
    assert.ok(outcome.ok)
    assert.ok(steps <= 2 * bytes.length)
  }
})
