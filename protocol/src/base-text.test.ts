import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, base64url } from './base-text.ts'
import { utf8 } from './bytes.ts'
import { createRandom } from './testing/random.ts'

/** RFC 4648, section 10, without padding. */
const PUBLISHED: readonly (readonly [plain: string, in32: string, in64: string])[] = [
  ['', '', ''],
  ['f', 'my', 'Zg'],
  ['fo', 'mzxq', 'Zm8'],
  ['foo', 'mzxw6', 'Zm9v'],
  ['foob', 'mzxw6yq', 'Zm9vYg'],
  ['fooba', 'mzxw6ytb', 'Zm9vYmE'],
  ['foobar', 'mzxw6ytboi', 'Zm9vYmFy'],
]

for (const [plain, in32, in64] of PUBLISHED) {
  test(`"${plain}" is ${in32} and ${in64}`, () => {
    assert.equal(base32.encode(utf8(plain)), in32)
    assert.equal(base64url.encode(utf8(plain)), in64)
    assert.deepEqual(base32.find(in32), utf8(plain))
    assert.deepEqual(base64url.find(in64), utf8(plain))
  })
}

test('any bytes come back, as other implementations write them', () => {
  const random = createRandom(5)
  for (let length = 0; length < 200; length++) {
    const bytes = random.bytes(length)
    assert.equal(base64url.encode(bytes), Buffer.from(bytes).toString('base64url'))
    assert.deepEqual(base64url.find(base64url.encode(bytes)), bytes)
    assert.deepEqual(base32.find(base32.encode(bytes)), bytes)
  }
})

test('there is no second spelling', () => {
  for (const text of ['Z', 'Zh', 'Zg==', 'Zg\n', ' Zg', 'Zm9', '+/8', 'Zmü', 'A']) {
    assert.equal(base64url.find(text), undefined, text)
  }
  for (const text of ['m', 'mz', 'MY', 'my======', 'm1', 'mzx', 'mzxw6y'])
    assert.equal(base32.find(text), undefined, text)
})
