import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DRIVE_SCOPE, pageSignInAddress } from '@cloudos/protocol/google-sign-in'
import { keepAsked, takeGoogleReturn } from './google-return.ts'

const WHERE = 'drive:123456789012-abcdefghijklmnop.apps.googleusercontent.com'
const STATE = 'ab'.repeat(16)

/** A tab at this address, which has asked Google before or not. */
function tab(hash: string, hasAsked = true) {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const bar = { address: `/page/#${hash}` }
  const history = { replaceState: (_data: unknown, _unused: string, address: string) => void (bar.address = address) }
  const location = { pathname: '/page/', search: '', hash: `#${hash}` }
  if (hasAsked) keepAsked(storage as unknown as Storage, { state: STATE, where: WHERE, place: '/storage' })
  const take = () =>
    takeGoogleReturn(location as Location, history as unknown as History, storage as unknown as Storage)
  return { take, bar, kept }
}

const answer = (fields: Record<string, string>) =>
  new URLSearchParams({ state: STATE, scope: DRIVE_SCOPE, token_type: 'Bearer', ...fields }).toString()

test('the token of the answer to one’s own question leaves the address bar, and is taken once', () => {
  const { take, bar, kept } = tab(answer({ access_token: 'ya29.one' }))
  assert.deepEqual(take(), { kind: 'signed-in', where: WHERE, token: 'ya29.one' })
  assert.equal(bar.address, '/page/#/storage')
  assert.equal(kept.size, 0)
  assert.equal(take()?.kind, 'failed')
})

test('a token that nobody in this tab asked for is thrown away, whatever state it names', () => {
  for (const [hash, hasAsked] of [
    [answer({ access_token: 'ya29.stolen', state: 'cd'.repeat(16) }), true],
    [answer({ access_token: 'ya29.stolen' }), false],
    ['access_token=ya29.stolen', true],
    [answer({ error: 'access_denied', state: '' }), true],
  ] as const) {
    const { take, bar } = tab(hash, hasAsked)
    const returned = take()
    assert.equal(returned?.kind === 'failed' && returned.problem.includes('thrown away'), true)
    assert.equal(bar.address, '/page/#/')
  }
})

test('what another page has left in the storage of the tab is no question', () => {
  for (const left of ['', '{', 'null', '7', '{"state":1}']) {
    const { take, kept } = tab(answer({ access_token: 'ya29.one' }), false)
    kept.set('cloudos/google', left)
    assert.equal(take()?.kind, 'failed')
  }
})

test('no consent, a client of another kind and a box that was not ticked are told apart', () => {
  const problems = [
    answer({ error: 'access_denied' }),
    answer({ error: 'unauthorized_client' }),
    answer({ access_token: 'ya29.one', scope: 'openid' }),
  ].map((hash) => {
    const returned = tab(hash).take()
    return returned?.kind === 'failed' ? returned.problem : ''
  })
  for (const [nth, words] of [/without consent/, /Web application/, /not ticked/].entries())
    assert.match(problems[nth] ?? '', words)
})

test('a place of the page and a pairing link are no answer of Google’s', () => {
  for (const hash of ['', '/storage', 'open=abc/storage', '/?error=1&state=2']) {
    const { take, bar } = tab(hash)
    assert.equal(take(), undefined)
    assert.equal(bar.address, `/page/#${hash}`)
  }
})

test('Google is asked for a short token of the application’s own folder, and for no code that takes a secret', () => {
  const url = new URL(pageSignInAddress({ clientId: 'c', redirectUri: 'https://page.example/', state: STATE }))
  assert.equal(url.origin, 'https://accounts.google.com')
  assert.deepEqual(
    [url.searchParams.get('response_type'), url.searchParams.get('scope'), url.searchParams.get('state')],
    ['token', DRIVE_SCOPE, STATE],
  )
})
