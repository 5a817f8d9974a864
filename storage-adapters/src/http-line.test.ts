import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHttpLine } from './http-line.ts'
import type { HttpRequest } from './http-line.ts'
import { createSeededRng } from './seeded-rng.ts'
import { createTestLine } from './testing/http-line.ts'

const never = new AbortController().signal
const question: HttpRequest = { method: 'GET', repeats: true }
const change: HttpRequest = { method: 'PUT', repeats: false, body: 'x' }

/** A server that answers what stands in `answers`, and time that passes when somebody waits. */
function lineTo(answers: readonly (Response | Error)[]) {
  const rng = createSeededRng(3)
  const waits: number[] = []
  let nowMs = 1_000_000
  let asked = 0
  const line = createHttpLine({
    fetch: () => {
      const answer = answers[Math.min(asked++, answers.length - 1)]
      return answer instanceof Response
        ? Promise.resolve(new Response(answer.body, answer))
        : Promise.reject(answer ?? new Error())
    },
    clock: {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: (delayMs) => {
        waits.push(delayMs)
        nowMs += delayMs
        return Promise.resolve()
      },
    },
    random: () => rng.below(1_000_000) / 1_000_000,
    timeoutMs: 1_000,
  })
  const send = (request = question) => line('https://medium.example/x', () => Promise.resolve(request), never)
  return { send, waits, asked: () => asked, pass: (ms: number) => (nowMs += ms) }
}

const status = (code: number, headers: Record<string, string> = {}) => new Response(null, { status: code, headers })
const broken = () => new TypeError('fetch failed')

test('a question is put again with growing jitter, a change is not', async () => {
  const one = lineTo([broken(), broken(), status(503), status(200)])
  assert.equal((await one.send()).status, 200)
  assert.equal(one.asked(), 4)
  for (const [attempt, waitMs] of one.waits.entries()) assert.ok(waitMs >= 0 && waitMs <= 500 * 2 ** attempt)
  const other = lineTo([broken(), status(200)])
  await assert.rejects(other.send(change), { code: 'medium-unreachable' })
  const third = lineTo([status(502), status(200)])
  assert.equal((await third.send(change)).status, 502)
  assert.deepEqual([other.asked(), third.asked()], [1, 1])
})

test('what was certainly not done is sent again, after the time that the server asks for', async () => {
  for (const after of ['7', new Date(1_007_000).toUTCString()]) {
    const one = lineTo([status(429, { 'retry-after': after }), status(423), status(204)])
    assert.equal((await one.send(change)).status, 204)
    assert.equal(one.waits[0], 7_000)
    assert.equal(one.asked(), 3)
  }
})

test('a server that asks for longer than a request lasts is not asked meanwhile', async () => {
  const one = lineTo([status(429, { 'retry-after': '3600' }), status(200)])
  assert.equal((await one.send()).status, 429)
  await assert.rejects(one.send(), { code: 'medium-unreachable' })
  assert.equal(one.asked(), 1)
  one.pass(3_600_000)
  assert.equal((await one.send()).status, 200)
})

test('after five failures a server is left alone, tried once, and asked again when it answers', async () => {
  const one = lineTo([...Array.from({ length: 6 }, broken), status(200)])
  await assert.rejects(one.send(), { code: 'medium-unreachable' })
  assert.equal(one.asked(), 5)
  await assert.rejects(one.send(), { code: 'medium-unreachable' })
  assert.equal(one.asked(), 5)
  one.pass(60_000)
  await assert.rejects(one.send(), { code: 'medium-unreachable' })
  assert.equal(one.asked(), 6)
  one.pass(60_000)
  assert.equal((await one.send()).status, 200)
  assert.equal((await one.send()).status, 200)
})

test('a server that takes a request and never answers is given up on: a question is put again, a change is not', async () => {
  const askedFor = async (request: HttpRequest): Promise<number> => {
    let asked = 0
    const line = createTestLine({
      timeoutMs: 1,
      fetch: (_url, init) => {
        asked++
        return new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => {
            reject(init.signal?.reason as Error)
          })
        })
      },
    })
    const sent = line('https://medium.example/x', () => Promise.resolve(request), never)
    await assert.rejects(sent, { code: 'medium-unreachable' })
    return asked
  }
  assert.ok((await askedFor({ ...question, maxBytes: 1 })) > 1)
  assert.equal(await askedFor(change), 1)
})

test('no more of an answer is read than was asked for, and a byte to tell', async () => {
  const full = () => new Response(new Uint8Array(1000).fill(7))
  const one = lineTo([full(), full()])
  assert.deepEqual((await one.send({ ...question, maxBytes: 10 })).body, new Uint8Array(11).fill(7))
  assert.deepEqual((await one.send({ ...question, maxBytes: 1000 })).body, new Uint8Array(1000).fill(7))
})

test('whoever no longer wants the answer gets the reason, and nothing more is sent', async () => {
  const line = createHttpLine({
    fetch: () => assert.fail('sent'),
    clock: { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() },
    random: () => 0,
    timeoutMs: 1,
  })
  const reason = new Error('enough')
  const asking = line('https://medium.example/', () => Promise.resolve(question), AbortSignal.abort(reason))
  await assert.rejects(asking, reason)
})
