import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { findJsonFault } from './json-scan.ts'
import { createDice } from './testing/seeded.ts'

const ALPHABET = [...'{}[]",:.0123456789eE+-\\/ \n\tubtruefalsn', '\u0000', 'é', '"a"', 'null', '\\u00e9', '\ufeff']

test('it takes and refuses what JSON.parse does', () => {
  const dice = createDice(5)
  let taken = 0
  for (let i = 0; i < 60_000; i++) {
    const text = Array.from({ length: 1 + dice.below(6) }, () => dice.pick(ALPHABET)).join('')
    assert.equal(faultOf(text) === undefined, isJson(text), JSON.stringify(text))
    if (isJson(text)) taken++
  }
  assert.ok(taken > 1000, String(taken))
})

test('it takes and refuses damaged documents as JSON.parse does', () => {
  const dice = createDice(6)
  const whole = JSON.stringify({ a: [1, -2.5e-7, true, null, 'x\\"\n\u2028', { b: {} }, []], ü: '', c: [[[0]]] })
  for (let i = 0; i < 20_000; i++) {
    const at = dice.below(whole.length)
    const text = whole.slice(0, at) + dice.pick(['', ...ALPHABET]) + whole.slice(at + dice.below(3))
    assert.equal(faultOf(text) === undefined, isJson(text), JSON.stringify(text))
  }
})

test('it counts depth, and stops counting at its bound', () => {
  assert.equal(faultOf('['.repeat(64) + ']'.repeat(64)), undefined)
  assert.equal(faultOf('['.repeat(65) + ']'.repeat(65)), 'too-deep')
  assert.equal(faultOf('{"a":'.repeat(65) + '1' + '}'.repeat(65)), 'too-deep')
  assert.equal(faultOf('['.repeat(500_000)), 'too-deep')
})

function faultOf(text: string): string | undefined {
  const bytes = utf8(`?${text}?`)
  return findJsonFault(bytes, 1, bytes.length - 1, 64)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    assert.ok(error instanceof SyntaxError)
    return false
  }
}
