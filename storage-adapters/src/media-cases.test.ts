import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { BY_NAME, IN_SUITE, MEDIA, readCaseTable } from './testing/case-table.ts'

/* That the suites contain what is marked here, each of them tests by itself; that named tests exist and pass, the docs stage does. */

const { cases, named, reasons } = readCaseTable()

test('docs/media-cases.md has sixty cases, and for each medium a test or a reason', () => {
  assert.deepEqual(
    cases.map(({ number }) => number),
    Array.from({ length: 60 }, (_, at) => at + 1),
  )
  for (const { number, markByMedium } of cases)
    for (const [medium, mark] of markByMedium)
      assert.ok([IN_SUITE, BY_NAME].includes(mark) || reasons.has(mark), `${String(number)}, ${medium}: ${mark}`)
})

test('what docs/media-cases.md marks as a test of its own is named there, and nothing else is', () => {
  const marked = cases.flatMap(({ number, markByMedium }) =>
    MEDIA.filter((medium) => markByMedium.get(medium) === BY_NAME).map((medium) => `${medium} ${String(number)}`),
  )
  const told = named.flatMap(({ numbers, medium }) => numbers.map((number) => `${medium} ${String(number)}`))
  assert.deepEqual([...new Set(told)].sort(), marked.sort())
})

test('the suite of every medium is held against docs/media-cases.md', () => {
  const root = join(import.meta.dirname, '../..')
  const files = globSync('{storage-adapters,agent,e2e}/src/**/*.test.ts', { cwd: root })
  const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  for (const medium of MEDIA.filter((one) => one !== 'rclone' && one !== 'apache'))
    assert.ok(text.includes(`casesInSuite('${medium}'`), medium)
})
