import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killOneOfTwoBrowsers, raceBrowsers } from './figures/racing-browsers.ts'

/* Two tabs of one browser race for its own database in indexeddb.test.ts, two processes for every other medium in the trials. */

test('of two browsers that race for every place of a head in one repository each keeps what it has won', async () => {
  const { places, overwritten, lost, conflicts } = await raceBrowsers(25)
  assert.deepEqual({ places, overwritten, lost }, { places: 25, overwritten: 0, lost: 0 })
  assert.ok(conflicts > 0, 'the browsers never met')
})

test('nothing acknowledged is lost when two browsers write to one repository and one of them is killed', async () => {
  assert.ok((await killOneOfTwoBrowsers(6)) >= 12)
})
