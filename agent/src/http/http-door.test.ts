import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { LIMITS } from '@cloudos/protocol/limits'
import { GUARD_CASES } from '../testing/guard-cases.ts'
import type { GuardCase } from '../testing/guard-cases.ts'
import { ask, openDoor } from '../testing/open-door.ts'
import { rawRequest } from '../testing/raw-request.ts'
import type { HttpDoor } from './http-door.ts'

const BARE_REFUSAL = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
const WEBSOCKET_ANSWER = 'HTTP/1.1 101 Switching Protocols\r\n\r\n'

/** Stands in for libp2p: says that it was given the handshake, and ends it. */
function takeEveryUpgrade(door: HttpDoor): void {
  door.takeUpgrades((_request, socket) => socket.end(WEBSOCKET_ANSWER))
}

function textOf({ request }: GuardCase, door: HttpDoor): string {
  return request.replaceAll('PORT', String(door.port))
}

function assertOutcome(outcome: GuardCase['outcome'], answer: string, port: number): void {
  assert.doesNotMatch(answer, /set-cookie|server:|x-powered-by|node|fastify/i)
  switch (outcome) {
    case 'page':
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
      return
    case 'redirect':
      assert.match(answer, new RegExp(`^HTTP/1\\.1 307 .*\\r\\nlocation: http://localhost:${String(port)}/`))
      return
    case 'websocket':
      assert.equal(answer, WEBSOCKET_ANSWER)
      return
    case 'refused':
      assert.equal(answer, BARE_REFUSAL)
  }
}

test('there are far more ways to be refused than to be let in', () => {
  const refused = GUARD_CASES.filter(({ outcome }) => outcome === 'refused')
  assert.ok(
    refused.length >= 150 && GUARD_CASES.length >= 180,
    `${String(refused.length)} of ${String(GUARD_CASES.length)}`,
  )
})

test('every request gets what the guard says, over IPv4 and IPv6 alike', async (t) => {
  let nowMs = 0
  const clock = { nowMs: () => nowMs, monotonicMs: () => (nowMs += 1000), sleep: () => Promise.resolve() }
  const door = await openDoor(t, { clock, allowedOrigins: new Set(['http://allowed.example']) })
  takeEveryUpgrade(door)
  for (const host of ['127.0.0.1', '::1'])
    for (const each of GUARD_CASES)
      await t.test(`${each.name}: ${each.outcome} (${host})`, async () => {
        assertOutcome(each.outcome, await rawRequest(door.port, textOf(each, door), undefined, host), door.port)
      })
})

test('a good request does not open the door for the next one on its connection', async (t) => {
  const door = await openDoor(t)
  const request = (host: string): string => `GET /mark.svg HTTP/1.1\r\nHost: ${host}:${String(door.port)}\r\n\r\n`
  const answer = await rawRequest(
    door.port,
    request('localhost') + request('evil.example') + request('localhost'),
    () => false,
  )
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  assert.ok(answer.endsWith(BARE_REFUSAL), answer)
})

test('a page comes with every header that confines it, and a nonce of its own', async (t) => {
  const door = await openDoor(t)
  const answers = [await ask(door), await ask(door)]
  const nonces = new Set<string | undefined>()
  for (const answer of answers) {
    const policy = String(answer.headers['content-security-policy'])
    const nonce = /'nonce-([A-Za-z0-9+/]{22}==)'/.exec(policy)?.[1]
    nonces.add(nonce)
    assert.equal(
      policy.replace(nonce ?? '', ''),
      `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-'; connect-src 'self' ws: wss: https:; ` +
        `img-src 'self' blob: data:; worker-src 'self'; manifest-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; ` +
        `form-action 'none'; require-trusted-types-for 'script'`,
    )
    assert.ok(answer.text.includes(`<head><meta property="csp-nonce" nonce="${nonce ?? ''}">`))
    assert.equal(answer.headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['referrer-policy'], 'no-referrer')
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
    assert.equal(answer.headers['cache-control'], 'no-cache')
  }
  assert.equal(nonces.size, 2)
})

test('names with a hash of the content are kept by the browser, others are asked for again', async (t) => {
  const door = await openDoor(t)
  const cacheOf = async (path: string) => (await ask(door, path)).headers['cache-control']
  assert.equal(await cacheOf('/assets/main-1a2b3c.js'), 'public, max-age=31536000, immutable')
  assert.equal(await cacheOf('/mark.svg'), 'no-cache')
})

test('files of an unknown kind, folders and absent files are not there', async (t) => {
  const door = await openDoor(t)
  for (const path of ['/notes.txt', '/assets', '/absent.js', '/index.html/x.js'])
    assert.equal((await ask(door, path)).status, 404, path)
})

test('an upgrade that nobody takes is answered and ended', async (t) => {
  const door = await openDoor(t)
  const upgrade = GUARD_CASES.find(({ outcome }) => outcome === 'websocket')
  assert.ok(upgrade)
  assert.equal(await rawRequest(door.port, textOf(upgrade, door)), BARE_REFUSAL)
})

test('upgrades are let in so many a second, and static files are not counted', async (t) => {
  const clock = { nowMs: () => 0, monotonicMs: () => nowMs, sleep: () => Promise.resolve() }
  let nowMs = 0
  const door = await openDoor(t, { clock })
  takeEveryUpgrade(door)
  const upgrade = GUARD_CASES.find(({ outcome }) => outcome === 'websocket')
  assert.ok(upgrade)
  const tryOnce = (): Promise<string> => rawRequest(door.port, textOf(upgrade, door))
  for (let i = 0; i < LIMITS.upgradesPerSecond; i++) assert.equal(await tryOnce(), WEBSOCKET_ANSWER)
  assert.equal(await tryOnce(), BARE_REFUSAL)
  assert.equal((await ask(door)).status, 200)
  nowMs += 1000 / LIMITS.upgradesPerSecond
  assert.equal(await tryOnce(), WEBSOCKET_ANSWER)
  assert.equal(await tryOnce(), BARE_REFUSAL)
})

test('headers that do not come to an end are ended', async (t) => {
  const door = await openDoor(t)
  const answer = await rawRequest(
    door.port,
    `GET / HTTP/1.1\r\nHost: localhost:${String(door.port)}\r\nX-Slow: `,
    () => false,
  )
  assert.equal(answer, BARE_REFUSAL)
})

test('one connection too many is ended, and there is room again when others go', async (t) => {
  const door = await openDoor(t)
  const idle = Array.from({ length: LIMITS.httpConnectionsMax }, () => connect(door.port, '127.0.0.1'))
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  assert.equal(await rawRequest(door.port, `GET / HTTP/1.1\r\nHost: localhost:${String(door.port)}\r\n\r\n`), '')
  for (const socket of idle) socket.destroy()
  let status: number | undefined
  while (status !== 200)
    status = await ask(door).then(
      ({ status }) => status,
      () => undefined,
    )
})

test('a peer that resets in the middle of a handshake does no harm', async (t) => {
  const door = await openDoor(t)
  door.takeUpgrades((_request, socket) => socket.write('x'.repeat(1_000_000)))
  const upgrade = GUARD_CASES.find(({ outcome }) => outcome === 'websocket')
  assert.ok(upgrade)
  const socket = connect(door.port, '127.0.0.1')
  socket.write(textOf(upgrade, door))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.resetAndDestroy()
  assert.equal((await ask(door)).status, 200)
})
