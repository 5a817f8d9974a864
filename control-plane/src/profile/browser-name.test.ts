import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserNameFrom } from './browser-name.ts'

test('browsers are named for themselves, not for those they imitate', () => {
  const table = [
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605 (KHTML, like Gecko) Version/19 Safari/605',
      'Safari on Mac',
    ],
    ['Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', 'Firefox on Android'],
    ['something else', 'Browser'],
  ] as const
  for (const [userAgent, name] of table) assert.equal(browserNameFrom(userAgent), name)
})
