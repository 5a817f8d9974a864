import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { casesInSuite, mediumOf, numbersOf } from './testing/case-table.ts'
import { dialectOf } from './testing/faults/dialects.ts'
import { faultSuite } from './testing/faults/suite.ts'
import { TRIAL_KINDS } from './testing/trial/media.ts'

for (const kind of TRIAL_KINDS) {
  const dialect = dialectOf(kind)
  if (dialect === undefined) continue
  if (kind.missing !== undefined) {
    test(`${kind.name}: what goes wrong on the way`, { skip: kind.missing })
    continue
  }
  const server = await kind.start()
  after(() => server[Symbol.asyncDispose]())
  const cases = faultSuite(kind.name, server, dialect)
  for (const { name, run } of cases) test(name, run)

  test(`${kind.name}: the faults that docs/media-cases.md marks are in its suite`, () => {
    const medium = mediumOf(kind.name)
    assert.ok(medium)
    assert.deepEqual(numbersOf(cases), casesInSuite(medium, 31, 60))
  })
}
