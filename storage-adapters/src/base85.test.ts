import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { encodeBase85, findBase85 } from './base85.ts'
import { createSeededRng } from './seeded-rng.ts'

test('what ZeroMQ gives as the example of base 85 reads and is written so', () => {
  const bytes = Uint8Array.from([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b])
  assert.equal(encodeBase85(bytes), 'HelloWorld')
  assert.deepEqual(findBase85('HelloWorld'), bytes)
})

test('bytes of any length come back from base 85, a quarter longer, and JSON spells none of them out', () => {
  const rng = createSeededRng(1)
  for (let length = 0; length < 70; length++)
    for (const bytes of [rng.bytes(length), new Uint8Array(length), new Uint8Array(length).fill(255)]) {
      const text = encodeBase85(bytes)
      assert.equal(text.length, Math.ceil((length * 5) / 4))
      assert.equal(JSON.stringify(text), `"${text}"`)
      assert.equal(utf8(text).length, text.length)
      assert.deepEqual(findBase85(text), new Uint8Array(bytes))
    }
})

test('base 85 has one spelling: a symbol too many, a stray one and a value beyond four bytes are no bytes', () => {
  for (const text of ['0', 'HelloW', 'Hell"', 'Hell\u00e9', 'Hell\u0130', '#####', '##', '01', '0001'])
    assert.equal(findBase85(text), undefined, text)
})

test('every change of one symbol is other bytes or none', () => {
  const text = encodeBase85(createSeededRng(2).bytes(11))
  for (let at = 0; at < text.length; at++)
    for (const symbol of '0aZ#~"') {
      const changed = text.slice(0, at) + symbol + text.slice(at + 1)
      const bytes = findBase85(changed)
      if (bytes !== undefined) assert.equal(encodeBase85(bytes), changed)
    }
})
