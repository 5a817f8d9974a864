import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { chainKey, idFromBytes } from '@cloudos/protocol/ids'
import { encodePackIndex, parsePackIndex } from '@cloudos/protocol/pack-index'
import type { ChainSpan, Pack } from '@cloudos/protocol/pack-index'
import { DOC } from '../testing/family.ts'
import { findPacks, listPacks } from './listed-packs.ts'

const id = <Kind extends Parameters<typeof idFromBytes>[0]>(kind: Kind, length: number, byte: number) =>
  idFromBytes(kind, new Uint8Array(length).fill(byte))
const blob = id('Hash', 32, 1)
const chains = [1, 2].map((byte) => chainKey(id('DeviceId', 16, byte), id('Incarnation', 4, byte)))

test('packs come back from an index as they were put in, and one that goes on costs half', () => {
  const dice = createDice(1)
  for (let round = 0; round < 200; round++) {
    let toSeq = 0
    const packs = Array.from({ length: dice.below(8) }, (): Pack => {
      const spans = Array.from({ length: dice.below(3) === 0 ? 2 : 1 }, (): ChainSpan => {
        const fromSeq = dice.below(3) === 0 ? 1 + dice.below(9) : toSeq + 1
        toSeq = fromSeq + dice.below(9)
        return { docId: DOC, chain: chains[dice.below(4) === 0 ? 1 : 0] ?? chainKey(id('DeviceId', 16, 9), id('Incarnation', 4, 9)), fromSeq, toSeq } // prettier-ignore
      })
      return { blob, sizeBytes: 700, spans, ...(dice.below(2) === 0 && { newestHour: 490_000 }) }
    })
    const parsed = parsePackIndex(encodePackIndex({ authorityBlobs: [blob], packs: listPacks(packs) }))
    assert.ok(parsed.ok)
    assert.deepEqual(findPacks(parsed.value.packs), packs)
    assert.deepEqual(findPacks(packs), packs, 'with all their spans, as they were listed before')
  }
  const one = (fromSeq: number): Pack => ({ blob, sizeBytes: 700, newestHour: 490_000, spans: [{ docId: DOC, chain: chains[0] ?? assert.fail(), fromSeq, toSeq: fromSeq + 4 }] }) // prettier-ignore
  const lengthOf = (packs: Parameters<typeof encodePackIndex>[0]['packs']) =>
    encodePackIndex({ authorityBlobs: [blob], packs }).length
  const short = lengthOf(listPacks([one(1), one(6)])) - lengthOf(listPacks([one(1)]))
  const long = lengthOf([one(1), one(6)]) - lengthOf([one(1)])
  assert.ok(short <= 48 && long >= 92, `${String(short)} of ${String(long)}`)
})

test('a pack that goes on from nothing, from two chains or beyond all numbers is no pack', () => {
  const span = { docId: DOC, chain: chains[0] ?? assert.fail(), fromSeq: 1, toSeq: 5 }
  const goesOn = { blob, sizeBytes: 1, more: 1 }
  assert.equal(findPacks([goesOn]), undefined)
  assert.equal(findPacks([{ blob, sizeBytes: 1, spans: [span, span] }, goesOn]), undefined)
  assert.equal(findPacks([{ blob, sizeBytes: 1, spans: [span] }, { ...goesOn, more: Number.MAX_SAFE_INTEGER }]), undefined) // prettier-ignore
})
