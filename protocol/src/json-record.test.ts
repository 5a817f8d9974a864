import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesUpTo, flag, hexOf, id, list, mapOf, oneOf, pair, secretText, text, uint } from './codecs.ts'
import { jsonSchemaFrom } from './form-text.ts'
import type { DeviceId } from './ids.ts'
import { findId } from './ids.ts'
import { bytesFromJson, jsonFromBytes, jsonFromRecord, recordFromJson } from './json-record.ts'
import { at, encodeRecord, maybeAt, record, variant } from './record.ts'

type Choice = { readonly kind: 'near'; readonly steps: number } | { readonly kind: 'far' }

interface Everything {
  readonly who: DeviceId
  readonly name: string
  readonly tags: readonly string[]
  readonly limits: { readonly memoryMb: number; readonly isHard?: boolean }
  readonly blob: Uint8Array
  readonly key: string
  readonly how: 'fast' | 'slow'
  readonly where: Choice
  readonly span: readonly [number, number]
  readonly byName: ReadonlyMap<string, number>
}

const everything = record<Everything>({
  who: at(1, id('DeviceId'), 'whose it is'),
  name: at(
    2,
    text(8, (value) => value !== 'bad'),
  ),
  tags: at(3, list(text(4), { max: 2 })),
  limits: at(4, record<Everything['limits']>({ memoryMb: at(1, uint(64, 1)), isHard: maybeAt(2, flag) })),
  blob: at(5, bytesUpTo(4)),
  key: at(6, hexOf(2)),
  how: at(7, oneOf({ fast: 1, slow: 2 })),
  where: at(
    8,
    variant<Choice, string>({
      near: [1, record<{ readonly steps: number }>({ steps: at(1, uint()) })],
      far: [2, record({})],
    }),
  ),
  span: at(9, pair(uint(), uint())),
  byName: at(10, mapOf(text(4), uint(), { max: 4 })),
})

const who = findId('DeviceId', '0f'.repeat(16)) ?? assert.fail()
const value: Everything = {
  who,
  name: 'ada',
  tags: ['a', 'b'],
  limits: { memoryMb: 64, isHard: true },
  blob: Uint8Array.of(1, 2, 255),
  key: '00ff',
  how: 'slow',
  where: { kind: 'near', steps: 3 },
  span: [1, 2],
  byName: new Map([['x', 1]]),
}
const json = {
  who: '0f'.repeat(16),
  name: 'ada',
  tags: ['a', 'b'],
  limits: { memoryMb: 64, isHard: true },
  blob: 'AQL_',
  key: '00ff',
  how: 'slow',
  where: { kind: 'near', steps: 3 },
  span: [1, 2],
  byName: [['x', 1]],
}

test('a record becomes JSON and comes back the same, with its types and without', () => {
  assert.deepEqual(jsonFromRecord(everything, value), json)
  assert.deepEqual(recordFromJson(everything, json), { ok: true, value })
  const bytes = bytesFromJson(everything, json)
  assert.ok(bytes.ok)
  assert.deepEqual(bytes.value, encodeRecord(everything, value))
  assert.deepEqual(jsonFromBytes(everything, bytes.value), { ok: true, value: json })
})

const WRONG: readonly (readonly [field: string, json: unknown])[] = [
  ['', null],
  ['', []],
  ['', 'x'],
  ['who', { ...json, who: 'ff' }],
  ['who', { ...json, who: undefined }],
  ['name', { ...json, name: 'bad' }],
  ['name', { ...json, name: 'much too long' }],
  ['name', { ...json, name: '\ud800' }],
  ['tags', { ...json, tags: ['a', 'b', 'c'] }],
  ['tags[1]', { ...json, tags: ['a', 7] }],
  ['limits', { ...json, limits: 7 }],
  ['limits.memoryMb', { ...json, limits: { memoryMb: 65 } }],
  ['limits.memoryMb', { ...json, limits: { memoryMb: 1.5 } }],
  ['limits.memoryMb', { ...json, limits: { memoryMb: '1' } }],
  ['limits.memoryMb', { ...json, limits: {} }],
  ['limits.isHard', { ...json, limits: { memoryMb: 1, isHard: 1 } }],
  ['limits.constructor', { ...json, limits: { memoryMb: 1, constructor: 1 } }],
  ['blob', { ...json, blob: 'AQL=' }],
  ['key', { ...json, key: '00FF' }],
  ['how', { ...json, how: 'toString' }],
  ['where.kind', { ...json, where: { kind: 'away' } }],
  ['where.steps', { ...json, where: { kind: 'near' } }],
  ['where.steps', { ...json, where: { kind: 'far', steps: 1 } }],
  ['span', { ...json, span: [1] }],
  ['span[1]', { ...json, span: [1, -1] }],
  ['byName', { ...json, byName: [['x', 1], ['a', 1]] }], // prettier-ignore
  ['more', { ...json, more: 1 }],
]

test('what does not fit is refused by the name of the field that offends', () => {
  for (const [field, wrong] of WRONG) {
    const read = recordFromJson(everything, wrong)
    assert.ok(!read.ok, field)
    assert.equal(read.error.field, field)
    assert.ok(read.error.message.endsWith('.'), read.error.message)
    assert.ok(!bytesFromJson(everything, wrong).ok)
  }
})

test('the schema of a record names its fields, what they mean, and which must be there', () => {
  const schema = jsonSchemaFrom(record<{ readonly who: DeviceId; readonly tier?: number }>({
    who: at(1, id('DeviceId'), 'whose it is'),
    tier: maybeAt(2, uint(4)),
  }).form) // prettier-ignore
  assert.deepEqual(schema, {
    type: 'object',
    properties: {
      who: { description: 'whose it is', type: 'string', pattern: '^[0-9a-f]{32}$' },
      tier: { type: 'integer', minimum: 0, maximum: 4 },
    },
    required: ['who'],
    additionalProperties: false,
  })
})

test('a secret goes in as JSON and does not come out', () => {
  const codec = record<{ readonly token: string }>({ token: at(1, secretText(8)) })
  const read = recordFromJson(codec, { token: 'open up' })
  assert.deepEqual(read, { ok: true, value: { token: 'open up' } })
  assert.deepEqual(jsonFromRecord(codec, { token: 'open up' }), { token: '(hidden)' })
  for (const token of ['', 'too long a one', '\ud800', 1]) assert.equal(recordFromJson(codec, { token }).ok, false)
  assert.deepEqual(jsonSchemaFrom(secretText(8).form), { type: 'string', maxLength: 8, writeOnly: true })
})
