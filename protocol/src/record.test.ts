import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCbor } from './cbor.ts'
import type { CborValue } from './cbor.ts'
import { bytesOf, flag, hexOf, id, int, list, mapOf, oneOf, setOf, text, uint } from './codecs.ts'
import type { Codec } from './codecs.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record, variant, versionedRecord } from './record.ts'

interface Pet {
  readonly name: string
  readonly legs: number
  readonly owner?: string
}

const pet = record<Pet>({ name: at(1, text(8)), legs: at(2, uint(4)), owner: maybeAt(5, text(8)) })

function map(...entries: readonly (readonly [number, CborValue])[]): ReadonlyMap<number, CborValue> {
  return new Map(entries)
}

test('a record is read by its keys, an absent optional field stays absent', () => {
  assert.deepEqual(pet.parse(map([1, 'Rex'], [2, 4])), { ok: true, value: { name: 'Rex', legs: 4 } })
  const owned = { name: 'Rex', legs: 4, owner: 'Ada' }
  assert.deepEqual(parseRecord(pet, encodeRecord(pet, owned), 100), { ok: true, value: owned })
})

test('each refusal names its field', () => {
  const refusals: readonly (readonly [CborValue, string])[] = [
    [[], 'not-a-map'],
    [map([2, 4]), 'missing-name'],
    [map([1, 5], [2, 4]), 'bad-name'],
    [map([1, 'Rex'], [2, 5]), 'bad-legs'],
    [map([1, 'Rex'], [2, 4], [5, 0]), 'bad-owner'],
    [map([1, 'Rex'], [2, 4], [3, 0]), 'unknown-key'],
  ]
  for (const [value, error] of refusals) assert.deepEqual(pet.parse(value), { ok: false, error })
})

test('what would be refused is not encoded', () => {
  assert.throws(() => encodeRecord(pet, { name: 'Rex', legs: 5 }), RangeError)
  assert.throws(() => encodeRecord(pet, { name: 'too long a name', legs: 4 }), RangeError)
})

test('bytes that are no CBOR, or too many, are refused as such', () => {
  assert.deepEqual(parseRecord(pet, Uint8Array.of(0xff), 100), { ok: false, error: 'indefinite' })
  assert.deepEqual(parseRecord(pet, new Uint8Array(101), 100), { ok: false, error: 'too-long' })
})

test('a newer version is told apart from a wrong one, whatever follows', () => {
  const versioned = versionedRecord<Pet>(2, { name: at(2, text(8)), legs: at(3, uint()), owner: maybeAt(4, text(8)) })
  assert.deepEqual(versioned.parse(map([1, 2], [2, 'Rex'], [3, 4])).ok, true)
  assert.deepEqual(versioned.parse(map([1, 3], [99, 0])), { ok: false, error: 'newer-version' })
  assert.deepEqual(versioned.parse(map([1, 1], [2, 'Rex'], [3, 4])), { ok: false, error: 'bad-version' })
  assert.deepEqual(versioned.parse(map([1, '3'])), { ok: false, error: 'bad-version' })
  assert.deepEqual(versioned.parse(map([2, 'Rex'], [3, 4])), { ok: false, error: 'bad-version' })
})

test('a rule between fields speaks after the fields', () => {
  const tripod = checked(pet, ({ legs }) => (legs === 3 ? 'unstable' : undefined))
  assert.deepEqual(tripod.parse(map([1, 'Rex'], [2, 3])), { ok: false, error: 'unstable' })
  assert.deepEqual(tripod.parse(map([1, 'Rex'], [2, 5])), { ok: false, error: 'bad-legs' })
})

type Shape = { readonly kind: 'circle'; readonly radius: number } | { readonly kind: 'line' }
type ShapeRefusal = 'not-a-map' | 'unknown-key' | 'missing-radius' | 'bad-radius'

test('a union is a tag and a body, and refuses with the refusal of the body', () => {
  const shape = variant<Shape, ShapeRefusal>({
    circle: [1, record<{ readonly radius: number }>({ radius: at(1, uint()) })],
    line: [2, record<object>({})],
  })
  assert.deepEqual(shape.write({ kind: 'circle', radius: 3 }), [1, map([1, 3])])
  assert.deepEqual(shape.parse([2, map()]), { ok: true, value: { kind: 'line' } })
  assert.deepEqual(shape.parse([1, map()]), { ok: false, error: 'missing-radius' })
  for (const value of [[3, map()], [2], [2, map(), 0], [], map(), 2]) {
    assert.deepEqual(shape.parse(value), { ok: false, error: 'unknown-kind' })
  }
})

/** One value of each kind that CBOR has. */
const KINDS: Readonly<Record<string, CborValue>> = {
  number: 7,
  negative: -7,
  bigint: 2n ** 60n,
  bytes: Uint8Array.of(1, 2),
  text: 'on',
  array: [7],
  map: map([1, 7]),
}

const CODECS: readonly (readonly [string, Pick<Codec<unknown>, 'read'>, readonly string[]])[] = [
  ['uint', uint(), ['number']],
  ['uint within bounds', uint(7, 7), ['number']],
  ['uint below', uint(6), []],
  ['int', int, ['number', 'negative']],
  ['flag', flag, []],
  ['bytes', bytesOf(2), ['bytes']],
  ['hex', hexOf(2), ['bytes']],
  ['id', id('Hash'), []],
  ['text', text(2), ['text']],
  ['short text', text(1), []],
  ['literal', oneOf({ on: 7 }), ['number']],
  ['list', list(uint(), { max: 1 }), ['array']],
  ['longer list', list(uint(), { min: 2, max: 3 }), []],
  ['list of text', list(text(8), { max: 1 }), []],
]

for (const [name, codec, accepted] of CODECS) {
  test(`${name} reads nothing but its own kind`, () => {
    const read = Object.keys(KINDS).filter((kind) => codec.read(KINDS[kind] ?? 0) !== undefined)
    assert.deepEqual(read, accepted)
  })
}

test('sets and maps have one order, however they were built', () => {
  const letters = setOf(text(1), { max: 3 })
  assert.deepEqual(letters.write(['b', 'a']), ['a', 'b'])
  assert.equal(letters.read(['b', 'a']), undefined)
  assert.equal(letters.read(['a', 'a']), undefined)

  const counts = mapOf(hexOf(1), uint(), { max: 3 })
  const written = counts.write(new Map(Object.entries({ ff: 1, '0a': 2 })))
  assert.deepEqual(written, [
    [Uint8Array.of(0x0a), 2],
    [Uint8Array.of(0xff), 1],
  ])
  assert.deepEqual(counts.read(written), new Map(Object.entries({ '0a': 2, ff: 1 })))
  assert.equal(
    counts.read([
      [Uint8Array.of(0xff), 1],
      [Uint8Array.of(0x0a), 2],
    ]),
    undefined,
  )
})

test('hex that is none is not written as something else', () => {
  assert.throws(
    () => encodeRecord(record<{ readonly key: string }>({ key: at(1, hexOf(2)) }), { key: 'XYZ' }),
    RangeError,
  )
  assert.ok(encodeCbor(hexOf(2).write('0102')))
})
