import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSignIn } from './sign-in-text.ts'

const NOW = Date.parse('2026-11-21T08:00:00.000Z')
const ADDRESS = '7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv'
const request = {
  domain: 'localhost:7420',
  uri: 'http://localhost:7420',
  statement: 'Shows which account you use.',
  nonce: '0011223344556677',
  issuedAt: '2026-11-21T08:00:00.000Z',
  expirationTime: '2026-11-21T08:05:00.000Z',
}
const TEXT = [
  'localhost:7420 wants you to sign in with your Solana account:',
  ADDRESS,
  '',
  request.statement,
  '',
  'URI: http://localhost:7420',
  'Version: 1',
  'Nonce: 0011223344556677',
  'Issued At: 2026-11-21T08:00:00.000Z',
  'Expiration Time: 2026-11-21T08:05:00.000Z',
].join('\n')

test('the sign-in that was asked for is taken, with a chain that the wallet adds', () => {
  assert.equal(checkSignIn(TEXT, request, ADDRESS, NOW).ok, true)
  assert.equal(checkSignIn(TEXT.replace('Nonce', 'Chain ID: mainnet\nNonce'), request, ADDRESS, NOW).ok, true)
})

const WRONG: readonly (readonly [string, (text: string) => string])[] = [
  ['wrong-domain', (text) => text.replace('localhost:7420 wants', 'evil.example wants')],
  ['wrong-address', (text) => text.replace(ADDRESS, 'So11111111111111111111111111111111111111112')],
  ['wrong-statement', (text) => text.replace('Shows', 'Hides')],
  ['wrong-field', (text) => text.replace('0011', '1100')],
  ['wrong-field', (text) => text.replace('URI: http://localhost:7420\n', '')],
  ['wrong-field', (text) => text.replace('08:05', '09:05')],
  ['not-a-sign-in', (text) => text + '\nResources:\n- https://evil.example'],
  ['not-a-sign-in', (text) => text + '\nNonce: 0011223344556677'],
  ['not-a-sign-in', () => ''],
  ['not-its-time', (text) => text + '\nNot Before: 2026-11-21T08:01:00.000Z'],
  ['not-its-time', (text) => text + '\nNot Before: soon'],
]
for (const [error, change] of WRONG)
  test(`${error}: ${JSON.stringify(change(TEXT).slice(-40))}`, () => {
    assert.deepEqual(checkSignIn(change(TEXT), request, ADDRESS, NOW), { ok: false, error })
  })

test('the clock must stand between issue and end', () => {
  for (const nowMs of [NOW - 1, NOW + 5 * 60_000])
    assert.deepEqual(checkSignIn(TEXT, request, ADDRESS, nowMs), { ok: false, error: 'not-its-time' })
})
