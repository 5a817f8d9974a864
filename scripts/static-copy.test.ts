import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyFor } from './static-copy.ts'

test('a page without an agent may connect to the two services that it reads copies from, to devices, and to what its owner names', () => {
  const connectTo = (origins: readonly string[]) =>
    /connect-src ([^;]*)/
      .exec(policyFor(origins))?.[1]
      ?.split(' ')
      .filter((source) => source !== `'self'`)
  assert.deepEqual(connectTo([]), ['https://api.github.com', 'https://www.googleapis.com', 'ws:', 'wss:'])
  assert.ok(connectTo(['https://git.example.org'])?.includes('https://git.example.org'))
  assert.match(policyFor([]), /script-src 'self' 'wasm-unsafe-eval';/, 'no script of anybody else’s')
})
