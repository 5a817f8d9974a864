import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardRequest, guardUpgrade } from './guard.ts'
import type { DoorAddress, DoorRequest, GuardRefusal } from './guard.ts'

const door: DoorAddress = { port: 7420, allowedOrigins: new Set() }
const plain: DoorRequest = { method: 'GET', target: '/', httpVersion: '1.1', rawHeaders: ['Host', 'localhost:7420'] }

function headers(...more: readonly string[]): Pick<DoorRequest, 'rawHeaders'> {
  return { rawHeaders: [...plain.rawHeaders, ...more] }
}

const REFUSED: readonly (readonly [GuardRefusal, Partial<DoorRequest>])[] = [
  ['version', { httpVersion: '1.0' }],
  ['method', { method: 'POST' }],
  ['target', { target: '/..' }],
  ['headers', headers(...Array.from({ length: 200 }, () => 'x'))],
  ['host', { rawHeaders: [] }],
  ['host', headers('HOST', 'localhost:7420')],
  ['origin', headers('Origin', 'null')],
  ['fetch-site', headers('Sec-Fetch-Site', 'cross-site')],
  ['body', headers('Content-Length', '0', 'Content-Length', '0')],
  ['body', headers('Transfer-Encoding', 'chunked')],
  ['body', headers('Expect', '100-continue')],
]

test('a refusal says why, to the log and not to the caller', () => {
  for (const [reason, change] of REFUSED) {
    assert.deepEqual(guardRequest({ ...plain, ...change }, door), { kind: 'refuse', reason })
    assert.deepEqual(guardUpgrade({ ...plain, ...change }, door), { kind: 'refuse', reason })
  }
})

test('a plain request is no upgrade', () => {
  assert.deepEqual(guardRequest(plain, door), { kind: 'allow' })
  assert.deepEqual(guardUpgrade(plain, door), { kind: 'refuse', reason: 'not-a-websocket' })
})

test('a numeric name leads to the same place under the one name', () => {
  const byNumber = { ...plain, target: '/mark.svg', rawHeaders: ['Host', '[::1]:7420'] }
  assert.deepEqual(guardRequest(byNumber, door), { kind: 'redirect', location: 'http://localhost:7420/mark.svg' })
})

test('on the port that http has anyway, names go without it', () => {
  const standard = { ...door, port: 80 }
  const answers = (host: string) => guardRequest({ ...plain, rawHeaders: ['Host', host] }, standard).kind
  assert.equal(answers('localhost'), 'allow')
  assert.equal(answers('127.0.0.1'), 'redirect')
  assert.equal(answers('localhost:80'), 'refuse')
})

test('an allowed origin is allowed exactly, whatever the name it asks for', () => {
  const friendly = { ...door, allowedOrigins: new Set(['https://cloudos.example']) }
  assert.equal(guardRequest({ ...plain, ...headers('Origin', 'https://cloudos.example') }, friendly).kind, 'allow')
  assert.equal(guardRequest({ ...plain, ...headers('Origin', 'https://cloudos.example:443') }, friendly).kind, 'refuse')
})

test('the time to judge a target grows with its length alone', () => {
  const longest = '/' + 'a-'.repeat(127)
  assert.equal(guardRequest({ ...plain, target: longest + '!' }, door).kind, 'refuse')
  assert.equal(guardRequest({ ...plain, target: longest }, door).kind, 'allow')
})
