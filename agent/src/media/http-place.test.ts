import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverAddress, serverDomain } from './http-place.ts'

test('one place has one spelling', () => {
  for (const where of [
    'https://CLOUD.example.org/dav',
    'https://cloud.example.org:443/dav/',
    'https://cloud.example.org/x/../dav#top',
  ])
    assert.equal(serverAddress(where).href, 'https://cloud.example.org/dav/')
})

test('an address that is none, or gives the password away, is refused in its own words', () => {
  const cases = [
    ['cloud.example.org/dav', 'bad-address'],
    ['ftp://cloud.example.org/', 'bad-address'],
    ['https://robin:secret@cloud.example.org/', 'secret-in-address'],
    ['http://cloud.example.org/', 'not-encrypted'],
    ['http://127.evil.example/', 'not-encrypted'],
  ] as const
  for (const [where, code] of cases) assert.throws(() => serverAddress(where), { code }, where)
  assert.equal(serverAddress('http://localhost:8080/dav').href, 'http://localhost:8080/dav/')
})

test('what lies on this very device is lost with it', () => {
  assert.equal(serverDomain('http://127.0.0.1:8080/', 'robin'), undefined)
  assert.equal(serverDomain('https://cloud.example.org/dav/', 'robin'), 'robin at cloud.example.org')
})
