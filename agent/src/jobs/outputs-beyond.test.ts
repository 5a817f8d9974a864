import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashId } from '@cloudos/crypto/hash'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { utf8 } from '@cloudos/protocol/bytes'
import { outputsBeyond } from './outputs-beyond.ts'
import type { FinishedFiles } from './outputs-beyond.ts'

const hashes = Array.from({ length: 12 }, (_, at) => hashId(utf8(String(at))))

test('the files of the oldest runs go when there are too many or too large, and never one that a kept run names', () => {
  let [letGo, keptAll] = [0, 0]
  for (let seed = 0; seed < 500; seed++) {
    const dice = createDice(seed)
    const runs = Array.from({ length: dice.below(8) }, (): FinishedFiles => ({
      needs: [dice.pick(hashes)],
      outputs: Array.from({ length: dice.below(3) }, (_, at) => ({
        name: String(at),
        hash: dice.pick(hashes),
        sizeBytes: dice.below(10),
      })),
    }))
    const bounds = { runs: dice.below(6), bytes: dice.below(40) }
    const gone = outputsBeyond(runs, bounds)
    const withFiles = runs.filter(({ outputs }) => outputs.length > 0)
    const whole = withFiles.filter(({ outputs }) => outputs.every(({ hash }) => !gone.has(hash)))
    for (const hash of runs.flatMap(({ needs }) => needs)) assert.ok(!gone.has(hash))
    // What is within both bounds from the newest on is whole.
    let [count, bytes] = [0, 0]
    for (const run of withFiles) {
      count++
      bytes += run.outputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      if (count <= bounds.runs && bytes <= bounds.bytes) assert.ok(whole.includes(run))
      else
        for (const { hash } of run.outputs) {
          const isNamed =
            runs.some(({ needs }) => needs.includes(hash)) ||
            whole.some((one) => one.outputs.some((left) => left.hash === hash))
          assert.ok(gone.has(hash) || isNamed)
        }
    }
    if (gone.size > 0) letGo++
    else keptAll++
  }
  assert.ok(letGo > 50 && keptAll > 50)
})
