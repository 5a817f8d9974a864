/** A node:test reporter for scripts/test.ts: one JSON line per event worth counting. Plain JavaScript, as node loads it by its default export. */
import { inspect } from 'node:util'

const kinds = new Set(['test:dequeue', 'test:pass', 'test:fail', 'test:summary'])

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (kinds.has(type)) yield JSON.stringify(lineOf(type, data)) + '\n'
  }
}

function lineOf(type, { name, testId, parentId, details, skip, todo }) {
  const error = details?.error && inspect(details.error.cause ?? details.error)
  return { type, name, id: testId, parentId, isSuite: details?.type === 'suite', skip, todo, error }
}
