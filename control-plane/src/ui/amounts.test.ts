import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentText, rateText, sizeText, usedShare, usedText } from './amounts.ts'

test('a share is told in whole percent, and almost nothing is not nothing', () => {
  assert.deepEqual([0, 0.004, 0.41, 1].map(percentText), ['0 %', '0.4 %', '41 %', '100 %'])
})

test('sizes keep about three figures', () => {
  assert.deepEqual([0, 512, 11_776, 16_384, 258_019, 1_900_000].map(sizeText), [
    '0 MiB',
    '512 MiB',
    '11.5 GiB',
    '16.0 GiB',
    '252 GiB',
    '1.8 TiB',
  ])
})

test('what is used is told with the whole, and the unit once when it is one', () => {
  assert.equal(usedText({ totalMiB: 16_384, freeMiB: 4_608 }), '11.5 of 16.0 GiB')
  assert.equal(usedText({ totalMiB: 16_384, freeMiB: 16_000 }), '384 MiB of 16.0 GiB')
  assert.equal(usedShare({ totalMiB: 0, freeMiB: 0 }), 0)
})

test('rates go from bytes to gigabytes', () => {
  assert.deepEqual([0, 999, 38_400, 1_200_000, 2e9].map(rateText), [
    '0 B/s',
    '999 B/s',
    '38 kB/s',
    '1.2 MB/s',
    '2.0 GB/s',
  ])
})
