import assert from 'node:assert/strict'
import { utf8 } from '@cloudos/protocol/bytes'
import type { MediumFault } from '@cloudos/protocol/ports'
import type { HttpFault } from '../fault-proxy.ts'
import { expectHeadIs, replaceOne, strike, told } from './behind-proxy.ts'
import type { BehindProxy } from './behind-proxy.ts'
import type { FaultCase } from './fault-case.ts'

const AFTER_MS = 9_000

/** A server that answers, and not as one would like. */
export const REFUSAL_CASES: readonly FaultCase[] = [
  {
    number: 31,
    sentence: 'a 429 that passes is waited out within the request',
    async run(medium) {
      strike(medium, { kind: 'answer', status: 429 }, medium.dialect.decides, 2)
      assert.equal(await replaceOne(medium), 'ok')
      await expectHeadIs(medium, 'two')
    },
  },
  {
    number: 32,
    sentence: 'a 429 that says when is not asked again before, in seconds or by a date',
    async run(medium) {
      for (const [turn, text] of ['two', 'three'].entries()) {
        const from = medium.nowMs()
        const after = turn === 0 ? String(AFTER_MS / 1000) : new Date(from + AFTER_MS).toUTCString()
        strike(medium, { kind: 'answer', status: 429, headers: { 'retry-after': after } }, medium.dialect.decides, 1)
        const version = (await medium.store.readHead('head'))?.version
        assert.equal(await medium.store.casHead('head', utf8(text), version), 'ok')
        // A date has no parts of a second.
        assert.ok(medium.nowMs() - from > AFTER_MS - 1_000, `asked again after ${String(medium.nowMs() - from)} ms`)
      }
      await expectHeadIs(medium, 'three')
    },
  },
  {
    number: 33,
    sentence: 'a 429 that stays is no success, and nothing is changed',
    run: (medium) => expectRefused(medium, { kind: 'answer', status: 429 }, ['medium-unreachable', 'unknown']),
  },
  ...([[34, 500], [35, 502], [36, 503]] as const).map(([number, status]): FaultCase => ({
    number,
    sentence: `a ${String(status)} to a question is asked again, to a change it leaves open what became of it, and nothing is changed`,
    async run(medium) {
      const fault: HttpFault = { kind: 'answer', status, headers: status === 503 ? { 'retry-after': '2' } : {} }
      strike(medium, fault, ({ method }) => method === 'GET', 2)
      const other = await medium.open()
      assert.deepEqual((await other.readHead('head'))?.heads, [utf8('one')])
      await expectRefused(medium, fault, ['unknown', 'medium-unreachable'])
    },
  })), // prettier-ignore
  {
    number: 37,
    sentence: 'a fault of the server after it was done is no refusal: what was done is found',
    async run(medium) {
      for (const status of [500, 502, 503, 504]) {
        const before = await medium.store.readHead('head')
        strike(medium, { kind: 'answer-after', status }, medium.dialect.decides, 1)
        const outcome = await told(medium.store.casHead('head', utf8(String(status)), before?.version))
        assert.ok(outcome === 'unknown' || outcome === 'ok', outcome)
        medium.proxy.fault = () => undefined
        assert.deepEqual((await medium.store.readHead('head'))?.heads, [utf8(String(status))])
      }
      await expectHeadIs(medium, '504')
    },
  },
  {
    number: 41,
    sentence: 'a 401 in the midst of a save says that it is forbidden, and nothing is changed',
    run: (medium) => expectRefused(medium, { kind: 'answer', status: 401 }, ['medium-forbidden']),
  },
  {
    number: 42,
    sentence: 'a 403 in the midst of a save says that it is forbidden, and nothing is changed',
    run: (medium) => expectRefused(medium, { kind: 'answer', status: 403 }, ['medium-forbidden']),
  },
  {
    number: 43,
    sentence: 'no room left is told from everything else, and what is stored stays readable',
    concerns: ({ full }) => full !== undefined,
    async run(medium) {
      const { proxy, store, dialect } = medium
      const { name } = await store.putBlob(utf8('stored'))
      proxy.fault = ({ method }) => (['PUT', 'POST'].includes(method) ? dialect.full : undefined)
      assert.equal(await told(store.putBlob(utf8('more')).then(({ kind }) => kind)), 'medium-full')
      assert.deepEqual(await store.getBlob(name), utf8('stored'))
      assert.equal(await replaceOne(medium), 'medium-full')
      await expectHeadIs(medium, 'one')
    },
  },
  {
    number: 44,
    sentence: 'a head that another deletes between reading and writing is a conflict, and is not brought back',
    async run(medium) {
      const past = await medium.openPast()
      await past.delete('h/head')
      assert.equal(await replaceOne(medium), 'conflict')
      assert.equal(await past.readHead('head'), undefined)
    },
  },
  {
    number: 45,
    sentence: 'a medium that is taken away is gone: it is neither empty nor written to',
    async run(medium) {
      medium.proxy.fault = () => medium.dialect.gone
      const reader = medium.open()
      assert.equal(await told(reader.then(() => 'opened')), 'medium-gone')
      const outcome = await replaceOne(medium)
      assert.ok(!['ok', 'unknown'].includes(outcome), outcome)
      await expectHeadIs(medium, 'one')
    },
  },
  ...([[46, 409], [47, 412], [48, 422]] as const).map(([number, status]): FaultCase => ({
    number,
    sentence: `a ${String(status)} to a head is no success, and nothing is changed`,
    run: (medium) =>
      expectRefused(medium, { kind: 'answer', status }, ['conflict', 'unknown', 'medium-forbidden', 'medium-gone', 'medium-failed', 'medium-unreachable']),
  })), // prettier-ignore
]

async function expectRefused(
  medium: BehindProxy,
  fault: HttpFault,
  outcomes: readonly ('unknown' | 'conflict' | MediumFault)[],
): Promise<void> {
  strike(medium, fault, medium.dialect.decides)
  const outcome = await replaceOne(medium)
  assert.ok(outcomes.some((one) => one === outcome), outcome) // prettier-ignore
  await expectHeadIs(medium, 'one')
}
