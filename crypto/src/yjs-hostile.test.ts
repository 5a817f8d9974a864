import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { utf8 } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import { readUpdate } from './yjs-reader.ts'

const NO_DELETES = [0]
const ROOT_PARENT = [1, 1, 0x72]
const MAP_TYPE = [7, ...ROOT_PARENT, 1]

test('counts that would make Yjs allocate or loop for ever are refused at once', () => {
  assert.equal(refusal(uint(2 ** 53 - 1)), 'truncated')
  assert.equal(refusal([1, ...uint(2 ** 40), 1, 0, 0, 1, 0]), 'too-many-structs')
  assert.equal(refusal([0, 1, 1, ...uint(2 ** 40), 0, 1]), 'too-many-deletes')
  assert.equal(refusal(block(1, 0, [[8, ...ROOT_PARENT, ...uint(2 ** 50)]])), 'truncated')
  assert.equal(refusal(block(1, 0, [[8, ...ROOT_PARENT, 1, 118, ...uint(2 ** 50)]])), 'truncated')
  assert.equal(refusal(block(1, 0, [[4, ...ROOT_PARENT, ...uint(2 ** 31)]])), 'truncated')
})

test('an update in the second encoding is refused', () => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'the encoding whose merge can be made to hang')
  assert.ok(!readUpdate(Y.encodeStateAsUpdateV2(doc)).ok)
})

test('values nest to the bound and no further, in binary and in JSON', () => {
  const nested = (depth: number): number[] => [
    8,
    ...ROOT_PARENT,
    1,
    ...Array<number[]>(depth).fill([117, 1]).flat(),
    126,
  ]
  assert.equal(refusal(block(1, 0, [nested(64)])), undefined)
  assert.equal(refusal(block(1, 0, [nested(65)])), 'too-deep')
  assert.equal(refusal(block(1, 0, [nested(20_000)])), 'too-deep')
  const json = (depth: number): number[] => [5, ...ROOT_PARENT, ...text('['.repeat(depth) + ']'.repeat(depth))]
  assert.equal(refusal(block(1, 0, [json(64)])), undefined)
  assert.equal(refusal(block(1, 0, [json(65)])), 'too-deep')
  assert.equal(refusal(block(1, 0, [[6, ...ROOT_PARENT, 1, 0x6b, ...json(20_000).slice(4)]])), 'too-deep')
  assert.equal(refusal(block(1, 0, [[2, ...ROOT_PARENT, 1, ...json(20_000).slice(4)]])), 'too-deep')
})

test('shared types nest to the bound and no further, whoever their ancestors are written beside', () => {
  const inside = (clock: number): number[] => [7, 0, 1, ...uint(clock), 0]
  const tower = (height: number): number[][] => [
    MAP_TYPE,
    ...Array.from({ length: height }, (_, clock) => inside(clock)),
  ]
  assert.equal(refusal(block(1, 0, tower(64))), undefined)
  assert.equal(refusal(block(1, 0, tower(65))), 'too-deep')
  assert.equal(refusal(block(1, 0, tower(9_000))), 'too-deep')
  const beside = (clock: number): number[] => [0x87, 1, ...uint(clock), 0]
  const zigzag = [MAP_TYPE, ...Array.from({ length: 70 }, (_, i) => [inside(2 * i), beside(2 * i + 1)]).flat()]
  assert.equal(refusal(block(1, 0, zigzag)), 'too-deep')
})

test('a tower built over many updates is told where it stands, so that its height can be added up', () => {
  const read = readUpdate(
    Uint8Array.from(
      block(1, 65, [
        [7, 0, 1, 64, 0],
        [7, 0, 1, 65, 0],
        [0x84, 1, 65, 1, 0x61],
      ]),
    ),
  )
  assert.ok(read.ok)
  assert.deepEqual(read.value.nests, [
    { client: 1, clock: 64, below: 1 },
    { client: 1, clock: 64, below: 2 },
  ])
})

test('an update in the name of another client poisons Yjs, and is told by its shape', () => {
  const poison = Uint8Array.from(block(7, 0, [[0, 100]]))
  const victim = new Y.Doc()
  victim.clientID = 7
  victim.getText('text').insert(0, 'never seen')
  const reader = new Y.Doc()
  Y.applyUpdate(reader, poison)
  Y.applyUpdate(reader, Y.encodeStateAsUpdate(victim))
  assert.equal(reader.getText('text').toJSON(), '')

  const read = readUpdate(poison)
  assert.deepEqual(
    read.ok && read.value.structs.map(({ client, clock, length, kind }) => ({ client, clock, length, kind })),
    [{ client: 7, clock: 0, length: 100, kind: 'gc' }],
  )
})

test('references that Yjs would trip over or wait for until the end of time are refused', () => {
  const besideSelf = [0x84, 1, 0, 1, 0x61]
  assert.throws(() => {
    Y.applyUpdate(new Y.Doc(), Uint8Array.from(block(1, 0, [besideSelf])))
  })
  assert.equal(refusal(block(1, 0, [besideSelf])), 'bad-reference')
  assert.equal(refusal(block(1, 0, [[0x44, 1, 9, 1, 0x61]])), 'bad-reference')
  assert.equal(refusal(block(1, 0, [[4, 0, 1, 0, 1, 0x61]])), 'bad-reference')
  const circle = [2, 1, 2, 0, 0x84, 1, 0, 1, 0x61, 1, 1, 0, 0x84, 2, 0, 1, 0x61, ...NO_DELETES]
  assert.equal(refusal(circle), 'bad-reference')
})

test('two clients that build on each other in turn are no circle', () => {
  const turns = [2]
  for (const [client, other, lead] of [
    [2, 1, 1],
    [1, 2, 0],
  ] as const) {
    turns.push(...uint(50), client, 0)
    for (let clock = 0; clock < 50; clock++) {
      const before = clock - lead
      turns.push(...(before < 0 ? [4, ...ROOT_PARENT] : [0x84, other, before]), 1, 0x61)
    }
  }
  assert.equal(refusal([...turns, ...NO_DELETES]), undefined)
})

test('everything else that is not exactly an update is refused', () => {
  const letter = [4, ...ROOT_PARENT, 1, 0x61]
  const good = block(1, 0, [letter])
  assert.equal(refusal(good), undefined)
  assert.equal(refusal([]), 'truncated')
  assert.equal(refusal([...good, 0]), 'trailing-bytes')
  assert.equal(refusal([...Array<number>(LIMITS.frameMaxBytes + 1).fill(0)]), 'too-long')
  assert.equal(refusal(block(1, 0, [[10, 5]])), 'skip')
  assert.equal(refusal(block(1, 0, [[9, ...ROOT_PARENT, ...text('guid'), 118, 0]])), 'subdocument')
  for (const kind of [0x0b, 0x1f, 0x80, 0x40])
    assert.ok(['unknown-content', 'bad-reference'].includes(refusal(block(1, 9, [[kind, 1, 1, 1, 1, 1]])) ?? ''))
  assert.equal(refusal(block(1, 0, [[7, ...ROOT_PARENT, 7]])), 'unknown-content')
  assert.equal(refusal(block(1, 0, [[4, 2, 1, 0x72, 1, 0x61]])), 'unknown-content')
  assert.equal(refusal(block(1, 0, [[8, ...ROOT_PARENT, 1, 115]])), 'unknown-content')
  assert.equal(refusal(block(1, 0, [[0, 0]])), 'bad-length')
  assert.equal(refusal(block(1, 0, [[1, ...ROOT_PARENT, 0]])), 'bad-length')
  assert.equal(refusal(block(1, 0, [[4, ...ROOT_PARENT, 0]])), 'bad-length')
  assert.equal(refusal(block(1, 0, [[8, ...ROOT_PARENT, 0]])), 'bad-length')
  assert.equal(refusal(block(1, 0, [])), 'bad-length')
  assert.equal(refusal(block(1, 2 ** 53 - 2, [[0, 2]])), 'bad-clock')
  assert.equal(refusal([2, ...good.slice(1, -1), ...good.slice(1)]), 'duplicate-client')
  assert.equal(refusal([0, 2, 1, 1, 0, 1, 1, 1, 5, 1]), 'duplicate-client')
  assert.equal(refusal([0, 1, 1, 2, 5, 1, 0, 1]), 'bad-clock')
  assert.equal(refusal([0, 1, 1, 2, 0, 2, 1, 1]), 'bad-clock')
  assert.equal(refusal([0, 1, 1, 1, 0, 0]), 'bad-length')
  assert.equal(refusal([0, 1, 1, 1, ...uint(2 ** 53 - 1), 1]), 'bad-clock')
  assert.equal(refusal([0, 1, 1, 0]), 'bad-length')
})

test('a number has one spelling and fits what counts exactly', () => {
  assert.equal(refusal([0x80, 0, 0]), 'bad-number')
  assert.equal(refusal([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]), 'bad-number')
  assert.equal(refusal([0, 1, ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], 1, 0, 1]), 'bad-number')
  assert.equal(refusal([0, 1, ...uint(2 ** 53 - 1), 1, 0, 1]), undefined)
})

test('text is UTF-8 as a fatal decoder takes it, and counts as JavaScript counts it', () => {
  for (const bytes of [
    [0x80],
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xe2, 0x82],
    [0xff],
  ])
    // prettier-ignore
    assert.equal(refusal(block(1, 0, [[4, ...ROOT_PARENT, bytes.length, ...bytes]])), 'bad-text', String(bytes))
  for (const good of ['\u0000', '\u07ff', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\ufeff']) {
    const read = readUpdate(Uint8Array.from(block(1, 0, [[4, ...ROOT_PARENT, ...text(good)]])))
    assert.equal(read.ok && read.value.structs[0]?.length, good.length)
  }
})

function refusal(bytes: readonly number[]): string | undefined {
  const read = readUpdate(Uint8Array.from(bytes))
  return read.ok ? undefined : read.error
}

/** One client's structs, and nothing deleted. */
function block(client: number, clock: number, structs: readonly (readonly number[])[]): number[] {
  return [1, ...uint(structs.length), ...uint(client), ...uint(clock), ...structs.flat(), ...NO_DELETES]
}

function text(value: string): number[] {
  const bytes = utf8(value)
  return [...uint(bytes.length), ...bytes]
}

function uint(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 | (value % 0x80), ...uint(Math.floor(value / 0x80))]
}
