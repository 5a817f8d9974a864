import assert from 'node:assert/strict'
import { utf8 } from '@cloudos/protocol/bytes'
import { collect } from '../../suite/expect.ts'
import type { HttpFault, ProxiedRequest } from '../fault-proxy.ts'
import { startFaultProxy } from '../fault-proxy.ts'
import { createSeededRng } from '../../seeded-rng.ts'
import { expectHeadIs, replaceOne, strike, told } from './behind-proxy.ts'
import type { BehindProxy } from './behind-proxy.ts'
import type { FaultCase } from './fault-case.ts'

/** What a hotel's network puts in the place of every answer. */
const SIGN_IN_PAGE: HttpFault = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome</title><p>Sign in to use this network.',
}

/** Answers that are not what they seem. */
export const UNTRUE_ANSWER_CASES: readonly FaultCase[] = [
  {
    number: 49,
    sentence: 'a blob whose body breaks off is asked for again, and is never taken for absent',
    async run(medium) {
      const { name, bytes, reader } = await withBlob(medium)
      strike(medium, { kind: 'truncate' }, medium.dialect.fetches, 2)
      assert.deepEqual(await reader.getBlob(name), bytes)
      const other = await medium.open()
      strike(medium, { kind: 'truncate' }, medium.dialect.fetches)
      assert.equal(await fate(other.getBlob(name)), 'medium-unreachable')
    },
  },
  {
    number: 50,
    sentence: 'a blob that comes short as if that were all is never handed out, and the next reading has it whole',
    async run(medium) {
      const { name, bytes, reader } = await withBlob(medium)
      strike(medium, { kind: 'shorten' }, medium.dialect.fetches)
      const what = await fate(reader.getBlob(name))
      assert.ok(['blob-damaged', 'medium-unreachable'].includes(what), what)
      medium.proxy.fault = () => undefined
      assert.deepEqual(await reader.getBlob(name), bytes)
    },
  },
  {
    number: 51,
    sentence: 'a page of somebody else in the place of every answer is no blob, no list and no success',
    async run(medium) {
      const { name, reader } = await withBlob(medium)
      medium.proxy.fault = () => SIGN_IN_PAGE
      const what = await fate(reader.getBlob(name))
      assert.ok(!['found', 'absent'].includes(what), what)
      assert.notEqual(await told(collect(reader.list('')).then(() => 'listed')), 'listed')
      const put = await told(reader.putBlob(utf8('lost?')).then(({ kind }) => kind))
      assert.notEqual(put, 'stored')
      assert.notEqual(await replaceOne(medium), 'ok')
      await expectHeadIs(medium, 'one')
    },
  },
  {
    number: 52,
    sentence: 'a server that sends on elsewhere is not followed: no other server gets what is meant for this one',
    async run(medium) {
      await using elsewhere = await startFaultProxy('http://127.0.0.1:9/')
      elsewhere.fault = () => ({ kind: 'answer', status: 200 })
      for (const status of [301, 302, 307, 308]) {
        const location = elsewhere.url
        medium.proxy.fault = () => ({ kind: 'answer', status, headers: { location } })
        const read = await told(medium.store.readHead('head').then(() => 'read'))
        assert.ok(['medium-failed', 'medium-unreachable'].includes(read), read)
        const outcome = await replaceOne(medium)
        assert.ok(!['ok', 'conflict'].includes(outcome), outcome)
      }
      assert.deepEqual(elsewhere.asked, [])
      await expectHeadIs(medium, 'one')
    },
  },
  {
    number: 53,
    sentence: 'whoever reads a stale head cannot write over the new one',
    async run(medium) {
      const { proxy, store, version } = medium
      const reader = await medium.open()
      await reader.readHead('head')
      const past = await medium.openPast()
      assert.equal(await past.casHead('head', utf8('newer'), version), 'ok')
      proxy.fault = (request) =>
        isQuestion(request) && !request.path.includes('generateIds') ? { kind: 'stale' } : undefined
      const read = await reader.readHead('head').catch(() => undefined)
      const outcome = await told(reader.casHead('head', utf8('over it'), read?.version ?? version))
      assert.notEqual(outcome, 'ok')
      proxy.fault = () => undefined
      assert.deepEqual((await store.readHead('head'))?.heads, [utf8('newer')])
      await expectHeadIs(medium, 'newer')
    },
  },
  {
    number: 54,
    sentence: 'what a list does not show yet is read all the same',
    concerns: ({ listsLag }) => listsLag,
    async run(medium) {
      const { proxy, store, dialect } = medium
      const before = await collect(store.list('b/'))
      proxy.fault = (request) => (dialect.lists(request) ? { kind: 'stale' } : undefined)
      const { name, kind } = await store.putBlob(utf8('new'))
      assert.equal(kind, 'stored')
      assert.deepEqual(await store.getBlob(name), utf8('new'))
      assert.deepEqual(await collect(store.list('b/')), before, 'the list does lag')
      proxy.fault = () => undefined
      assert.deepEqual(await collect(store.list('b/')), [`b/${name}`])
    },
  },
  {
    number: 56,
    sentence: 'a list that breaks off, or comes short as if that were all, is never taken for all there is',
    async run(medium) {
      const { store } = medium
      const names: string[] = []
      for (let index = 0; index < 4; index++) names.push('b/' + (await store.putBlob(utf8(String(index)))).name)
      for (const kind of ['truncate', 'shorten'] as const) {
        const reader = await medium.open()
        strike(medium, { kind }, medium.dialect.lists, 2)
        const passing = await collect(reader.list('b/')).catch(() => names)
        assert.deepEqual(passing.toSorted(), names.toSorted())
        medium.proxy.fault = () => undefined
        const other = await medium.open()
        strike(medium, { kind }, medium.dialect.lists)
        assert.equal(await told(collect(other.list('b/')).then(() => 'listed')), 'medium-unreachable')
        medium.proxy.fault = () => undefined
      }
    },
  },
  {
    number: 57,
    sentence: 'a clock that is wrong by years is told as what it is, and nothing is changed',
    concerns: ({ skewed }) => skewed !== undefined,
    async run(medium) {
      medium.proxy.fault = () => medium.dialect.skewed
      assert.equal(await replaceOne(medium), 'medium-forbidden')
      await expectHeadIs(medium, 'one')
    },
  },
]

async function withBlob(medium: BehindProxy) {
  const bytes = createSeededRng(5).bytes(40_000)
  const { name } = await medium.store.putBlob(bytes)
  // It has kept nothing of it.
  return { bytes, name, reader: await medium.open() }
}

function fate(reading: Promise<Uint8Array | undefined>): Promise<string> {
  return told(reading.then((blob) => (blob === undefined ? 'absent' : 'found')))
}

function isQuestion({ method }: ProxiedRequest): boolean {
  return ['GET', 'HEAD', 'PROPFIND'].includes(method)
}
