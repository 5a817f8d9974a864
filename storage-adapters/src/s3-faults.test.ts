import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { connectS3, foundS3 } from './s3.ts'
import type { S3Place } from './s3.ts'
import { collect } from './suite/expect.ts'
import { S3_KEY, startFakeS3 } from './testing/fake-s3.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import type { HttpFault } from './testing/fault-proxy.ts'
import { createTestLine } from './testing/http-line.ts'

const never = new AbortController().signal
const server = await startFakeS3()
const proxy = await startFaultProxy(server.url, { keepsHost: true })
after(async () => {
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
let count = 0

/** A medium with one head, reached through the proxy. */
async function setUp() {
  proxy.fault = () => undefined
  const path = `bucket/faults-${String(count++)}/`
  const at = (base: string): S3Place => ({ address: base + path, credential: S3_KEY, line: createTestLine() })
  await foundS3(at(server.url), never)
  const store = await connectS3(at(proxy.url), 'server', never)
  assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
  const version = (await store.readHead('head'))?.version
  return { store, version, reopen: () => connectS3(at(server.url), 'server', never) }
}

const refusal = (status: number, code: string): HttpFault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`,
})

for (const [status, code, fault] of [
  [401, 'Unauthorized', 'medium-forbidden'],
  [403, 'InvalidAccessKeyId', 'medium-forbidden'],
  [403, 'AccessDenied', 'medium-forbidden'],
  [403, 'RequestTimeTooSkewed', 'medium-forbidden'],
  [403, 'QuotaExceeded', 'medium-full'],
  [507, 'InsufficientStorage', 'medium-full'],
  [404, 'NoSuchBucket', 'medium-gone'],
  [422, 'UnprocessableEntity', 'medium-failed'],
] as const)
  test(`s3: ${String(status)} ${code} in the midst of a save says ${fault}, and nothing is changed`, async () => {
    const { store, version, reopen } = await setUp()
    proxy.fault = ({ method }) => (method === 'PUT' ? refusal(status, code) : undefined)
    await assert.rejects(store.casHead('head', utf8('two'), version), { code: fault })
    await assert.rejects(store.putBlob(utf8('a blob')), { code: fault })
    const head = { name: 'head', bytes: utf8('two'), expected: version }
    await assert.rejects(store.flush({ blobs: [utf8('another')], head, drop: [] }), { code: fault })
    await expectUntouched(await reopen())
  })

for (const status of [409, 412])
  test(`s3: ${String(status)} to a head says that another was first, and nothing is changed`, async () => {
    const { store, version, reopen } = await setUp()
    proxy.fault = ({ method }) => (method === 'PUT' ? refusal(status, 'ConditionalRequestConflict') : undefined)
    assert.equal(await store.casHead('head', utf8('two'), version), 'conflict')
    await expectUntouched(await reopen())
  })

test('s3: a head deleted by another between reading and writing is a conflict, and is not brought back', async () => {
  const { store, version, reopen } = await setUp()
  const other = await reopen()
  await other.delete('h/head')
  assert.equal(await store.casHead('head', utf8('two'), version), 'conflict')
  assert.equal(await other.readHead('head'), undefined)
})

test('s3: a page of a list that comes twice names nothing twice, and what follows it is not lost', async () => {
  const { store } = await setUp()
  const names: string[] = []
  for (let index = 0; index < 8; index++) names.push('b/' + (await store.putBlob(utf8(String(index)))).name)
  server.repeatsFirstPage = true
  const listed = await collect(store.list('b/'))
  assert.equal(server.repeatsFirstPage, false, 'it has happened')
  assert.deepEqual(listed.toSorted(), names.toSorted())
})

test('s3: a body that comes short is told by its hash, and the next reading has it whole', async () => {
  const { store } = await setUp()
  const { name } = await store.putBlob(utf8('a blob of some length'))
  proxy.fault = () => ({ kind: 'shorten' })
  await assert.rejects(store.getBlob(name), { code: 'blob-damaged' })
  proxy.fault = () => undefined
  assert.deepEqual(await store.getBlob(name), utf8('a blob of some length'))
})

async function expectUntouched(store: ConnectedBlobStore): Promise<void> {
  proxy.fault = () => undefined
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('one')])
  assert.deepEqual(await collect(store.list('')), ['h/head'])
}
