import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as Y from 'yjs'
import { LIMITS } from '@cloudos/protocol/limits'
import { jsonFrom } from './testing/vectors.ts'
import { block, IN_ROOT, text, uint, yjsCases } from './testing/yjs-cases.ts'
import { readUpdate } from './yjs-reader.ts'

test('the published updates are the ones built here, and each is read or refused as published', () => {
  const published = readFileSync(new URL('../vectors/yjs-updates.json', import.meta.url), 'utf8')
  assert.equal(published, jsonFrom(yjsCases()))
  for (const { name, update, refusal: expected } of yjsCases()) assert.equal(refusal([...update]), expected, name)
})

test('what is published as readable, Yjs takes', () => {
  for (const { update, refusal: expected } of yjsCases()) if (expected === undefined) Y.applyUpdate(new Y.Doc(), update)
})

test('an update longer than a frame is not looked at', () => {
  assert.equal(refusal([...Array<number>(LIMITS.frameMaxBytes + 1).fill(0)]), 'too-long')
})

test('twenty thousand levels, which overflow Yjs, end at the sixty-fifth', () => {
  const arrays = [8, ...IN_ROOT, 1, ...Array<number[]>(20_000).fill([117, 1]).flat(), 126]
  assert.throws(() => {
    Y.applyUpdate(new Y.Doc(), Uint8Array.from(block(1, 0, [arrays])))
  })
  assert.equal(refusal(block(1, 0, [arrays])), 'too-deep')
  assert.equal(refusal(block(1, 0, [[5, ...IN_ROOT, ...text('['.repeat(20_000))]])), 'too-deep')
  assert.equal(refusal(block(1, 0, [[2, ...IN_ROOT, 1, ...text('['.repeat(20_000))]])), 'too-deep')
})

test('an update in the second encoding is refused', () => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'the encoding whose merge can be made to hang')
  assert.ok(!readUpdate(Y.encodeStateAsUpdateV2(doc)).ok)
})

test('shared types nest to the bound and no further, whoever their ancestors are written beside', () => {
  const inside = (clock: number): number[] => [7, 0, 1, ...uint(clock), 0]
  const tower = (height: number): number[][] => [
    [7, ...IN_ROOT, 1],
    ...Array.from({ length: height }, (_, clock) => inside(clock)),
  ]
  assert.equal(refusal(block(1, 0, tower(64))), undefined)
  assert.equal(refusal(block(1, 0, tower(65))), 'too-deep')
  assert.equal(refusal(block(1, 0, tower(9_000))), 'too-deep')
  const beside = (clock: number): number[] => [0x87, 1, ...uint(clock), 0]
  const zigzag = [
    [7, ...IN_ROOT, 1],
    ...Array.from({ length: 70 }, (_, i) => [inside(2 * i), beside(2 * i + 1)]).flat(),
  ]
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
  const circle = [2, 1, 2, 0, 0x84, 1, 0, 1, 0x61, 1, 1, 0, 0x84, 2, 0, 1, 0x61, 0]
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
      turns.push(...(before < 0 ? [4, ...IN_ROOT] : [0x84, other, before]), 1, 0x61)
    }
  }
  assert.equal(refusal([...turns, 0]), undefined)
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
    assert.equal(refusal(block(1, 0, [[4, ...IN_ROOT, bytes.length, ...bytes]])), 'bad-text', String(bytes))
  for (const good of ['\u0000', '\u07ff', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\ufeff']) {
    const read = readUpdate(Uint8Array.from(block(1, 0, [[4, ...IN_ROOT, ...text(good)]])))
    assert.equal(read.ok && read.value.structs[0]?.length, good.length)
  }
})

function refusal(bytes: readonly number[]): string | undefined {
  const read = readUpdate(Uint8Array.from(bytes))
  return read.ok ? undefined : read.error
}
