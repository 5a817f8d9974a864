import assert from 'node:assert/strict'
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRandom } from '@cloudos/protocol/testing/random'
import { folderFor } from '../testing/run-agent.ts'
import { openLogTail } from './log-tail.ts'
import { createRotatingFile } from './rotating-file.ts'

test('a log that is followed loses no line and shows none twice, however often it is set aside between two looks', (t) => {
  const KEPT = 2
  for (let seed = 0; seed < 40; seed++) {
    const random = createRandom(seed)
    const file = join(folderFor(t), 'agent.log')
    const maxBytes = 200
    const append = createRotatingFile(file, { maxBytes, kept: KEPT })
    append('line first\n')
    const tail = openLogTail(file, 0, KEPT)
    t.after(() => {
      tail.close()
    })
    const written = ['line first']
    let seen = tail.more()
    for (let look = 0; look < 30; look++) {
      // What three files hold is not thrown away by the writer before the next look.
      let room = maxBytes
      for (;;) {
        const line = `line ${String(written.length)} ${'ü'.repeat(random.below(40))}`
        room -= Buffer.byteLength(line) + 1
        if (room < 0) break
        append(line + '\n')
        written.push(line)
        if (random.below(5) === 0) break
      }
      seen += tail.more()
    }
    assert.deepEqual(seen.slice(0, -1).split('\n'), written, `seed ${String(seed)}`)
  }
})

test('a log that is followed is read across two files set aside since the last look', (t) => {
  const file = join(folderFor(t), 'agent.log')
  const append = createRotatingFile(file, { maxBytes: 10, kept: 2 })
  append('one 56789\n')
  const tail = openLogTail(file, 10, 2)
  t.after(() => {
    tail.close()
  })
  assert.equal(tail.more(), '')
  for (const line of ['two 56789\n', 'three 789\n']) append(line)
  assert.equal(tail.more(), 'two 56789\nthree 789\n')
  for (const line of ['four 6789\n', 'five 6789\n', 'six 56789\n']) append(line)
  assert.equal(tail.more(), 'four 6789\nfive 6789\nsix 56789\n')
  assert.equal(tail.more(), '')
})

test('a line comes when it is whole, a file that is emptied begins anew, and one that is removed is waited for', (t) => {
  const file = join(folderFor(t), 'agent.log')
  writeFileSync(file, 'old line\n')
  const tail = openLogTail(file, 9, 2)
  t.after(() => {
    tail.close()
  })
  const cut = Buffer.from('halb ü\n')
  appendFileSync(file, cut.subarray(0, 6))
  assert.equal(tail.more(), '')
  appendFileSync(file, cut.subarray(6))
  assert.equal(tail.more(), 'halb ü\n')
  truncateSync(file)
  appendFileSync(file, 'new\n')
  assert.equal(tail.more(), 'new\n')
  rmSync(file)
  assert.equal(tail.more(), '')
  writeFileSync(file, 'again\n')
  assert.equal(tail.more(), 'again\n')
})
