import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { Hash } from '@cloudos/protocol/ids'
import { createSeededRng } from './seeded-rng.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './suite/ledger.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import type { FaultProxy } from './testing/fault-proxy.ts'
import { drawFaults, nameOf, PASSING_FAULTS } from './testing/http-faults.ts'
import { createTestLine } from './testing/http-line.ts'
import { runWriter } from './testing/run-writer.ts'
import { createTemporaryFolder } from './testing/temporary-folder.ts'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from './testing/webdav-servers.ts'
import { createDavRequests } from './webdav-client.ts'
import { connectWebdav, foundWebdav } from './webdav.ts'
import type { WebdavPlace } from './webdav.ts'

const never = new AbortController().signal

for (const program of WEBDAV_PROGRAMS) {
  const on = `webdav on ${program.name}`
  if (program.missing !== undefined) {
    test(`${on} behind faults`, { skip: program.missing })
    continue
  }
  const folder = await createTemporaryFolder()
  const server = await program.start(folder.path)
  after(async () => {
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
  let count = 0

  /** A fresh medium, reached directly and through a proxy that breaks nothing yet. */
  const setUp = async () => {
    const proxy = await startFaultProxy(server.url)
    const path = `faults-${String(count++)}/`
    const at = (base: string): WebdavPlace => ({
      address: base + path,
      credential: WEBDAV_ACCOUNT,
      line: createTestLine(),
    })
    await foundWebdav(at(server.url), never)
    const open = (place: WebdavPlace) => connectWebdav(place, 'server', never)
    return { proxy, direct: at(server.url), broken: at(proxy.url), open }
  }
  const isWrite = (method: string) => !['GET', 'PROPFIND', 'OPTIONS'].includes(method)

  for (const fault of PASSING_FAULTS)
    test(`${on}: nothing acknowledged is lost when requests meet ${nameOf(fault)}`, async () => {
      await using medium = await withProxy(setUp)
      const { proxy, direct, broken, open } = medium
      const stores = [await open(broken), await open(broken)]
      drawFaults(proxy, [fault], 0.15, createSeededRng(11))
      const acknowledged: Hash[] = []
      await Promise.all(
        stores.map(async (store, writer) => {
          for (let index = 0; index < 6; index++)
            acknowledged.push(await writeLedgerEntry(store, `${String(writer)} wrote ${String(index)}`))
        }),
      )
      proxy.fault = () => undefined
      await proxy.deliverLate()
      await using clean = await open(direct)
      await expectInLedger(clean, acknowledged)
      assert.equal(await ledgerSize(clean), 12)
      for (const store of stores) await store[Symbol.asyncDispose]()
    })

  test(`${on}: a head whose answer is lost says unknown, or what became of it`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, direct, broken, open } = medium
    await using store = await open(broken)
    proxy.fault = ({ method }) => (method === 'MOVE' ? { kind: 'cut-after' } : undefined)
    assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
    let isGone = false
    proxy.fault = ({ method }) => {
      isGone ||= method === 'MOVE'
      return isGone ? { kind: 'cut-after' } : undefined
    }
    const version = (await (await open(direct)).readHead('head'))?.version
    assert.equal(await store.casHead('head', utf8('two'), version), 'unknown')
    await using clean = await open(direct)
    assert.deepEqual((await clean.readHead('head'))?.heads, [utf8('two')])
  })

  test(`${on}: a password withdrawn in the middle is told as one, and nothing is changed`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, direct, broken, open } = medium
    await using store = await open(broken)
    assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
    const version = (await store.readHead('head'))?.version
    proxy.fault = ({ method }) => (isWrite(method) ? { kind: 'answer', status: 401 } : undefined)
    await assert.rejects(store.casHead('head', utf8('two'), version), { code: 'medium-forbidden' })
    await assert.rejects(store.putBlob(utf8('a blob')), { code: 'medium-forbidden' })
    proxy.fault = () => ({ kind: 'answer', status: 401 })
    await assert.rejects(store.readHead('head'), { code: 'medium-forbidden' })
    await using clean = await open(direct)
    assert.deepEqual((await clean.readHead('head'))?.heads, [utf8('one')])
  })

  test(`${on}: a full server says so and stays readable`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, broken, open } = medium
    await using store = await open(broken)
    assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
    proxy.fault = ({ method }) => (method === 'PUT' ? { kind: 'answer', status: 507 } : undefined)
    await assert.rejects(store.putBlob(utf8('a blob')), { code: 'medium-full' })
    await using again = await open(broken)
    assert.deepEqual((await again.readHead('head'))?.heads, [utf8('one')])
  })

  test(`${on}: a server that refuses every deletion keeps nobody from saving`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, broken, open } = medium
    await using store = await open(broken)
    proxy.fault = ({ method }) => (method === 'DELETE' ? { kind: 'answer', status: 423 } : undefined)
    for (let generation = 0; generation < 12; generation++) {
      const version = (await store.readHead('head'))?.version
      assert.equal(await store.casHead('head', utf8(String(generation)), version), 'ok')
    }
    assert.ok(proxy.asked.some(({ method }) => method === 'DELETE'))
  })

  test(`${on}: of two who make or move the same at once neither is told that it may not, though lists are old`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, broken, open } = medium
    await using store = await open(broken)
    const refused = new Set<string>()
    proxy.fault = ({ method }) => {
      if (method === 'PROPFIND' && refused.has('MKCOL')) return { kind: 'stale' }
      if (!['MKCOL', 'MOVE'].includes(method) || refused.has(method)) return undefined
      refused.add(method)
      return { kind: 'answer', status: 403 }
    }
    assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
    assert.deepEqual([...refused].sort(), ['MKCOL', 'MOVE'])
    proxy.fault = () => undefined
    assert.deepEqual((await store.readHead('head'))?.heads, [utf8('one')])
  })

  test(`${on}: a server that overwrites what it was asked to leave is refused, with the reason`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, broken, open } = medium
    proxy.fault = ({ method }) => (method === 'MOVE' ? { kind: 'rewrite', headers: { overwrite: 'T' } } : undefined)
    await assert.rejects(foundWebdav(broken, never), { code: 'medium-failed', message: /Overwrite: F/ })
    await assert.rejects(open(broken), { code: 'medium-failed' })
  })

  test(`${on}: the conditions of HTTP alone would not keep two writers apart`, async () => {
    await using medium = await withProxy(setUp)
    const { address, credential, line } = medium.direct
    const dav = createDavRequests(address, credential, line)
    const put = async (headers: Record<string, string>) =>
      dav.send('PUT', 'both', { repeats: false, body: 'x', headers }, never)
    await put({})
    const { headers } = await dav.send('GET', 'both', { repeats: true }, never)
    const isIgnored = (await put({ 'If-None-Match': '*' })).status < 300
    // A weak validator never matches, so that nothing could be replaced in the second in which it was written.
    assert.ok(isIgnored || headers.get('etag')?.startsWith('W/') === true)
  })

  test(`${on}: a wrong password, no medium and no server are told apart`, async () => {
    await using medium = await withProxy(setUp)
    const { proxy, direct, broken, open } = medium
    const credential = { ...WEBDAV_ACCOUNT, secret: 'wrong' }
    await assert.rejects(open({ ...direct, credential }), { code: 'medium-forbidden' })
    await assert.rejects(foundWebdav({ ...direct, credential }, never), { code: 'medium-forbidden' })
    await assert.rejects(open({ ...direct, address: direct.address + 'nothing/' }), { code: 'medium-gone' })
    await assert.rejects(foundWebdav({ ...direct, address: `${direct.address}no/where/` }, never), {
      code: 'medium-gone',
    })
    proxy.fault = () => ({ kind: 'cut-before' })
    await assert.rejects(open(broken), { code: 'medium-unreachable' })
  })

  test(`${on}: of what two processes race to write nothing is lost, also when they are killed`, async () => {
    await using medium = await withProxy(setUp)
    const { direct, open } = medium
    const run = (writer: number, order: { count: number; killAfter?: number }) =>
      runWriter('webdav-writer.ts', [direct.address], writer, order)
    const acknowledged = (await Promise.all([1, 2].map((writer) => run(writer, { count: 20 })))).flat()
    for (let round = 0; round < 2; round++)
      acknowledged.push(
        ...(
          await Promise.all([3, 4].map((w) => run(w + 2 * round, { count: 1_000_000, killAfter: w + round })))
        ).flat(),
      )
    await using store = await open(direct)
    await expectInLedger(store, acknowledged)
  })
}

async function withProxy<T extends { readonly proxy: FaultProxy }>(setUp: () => Promise<T>) {
  const parts = await setUp()
  return { ...parts, [Symbol.asyncDispose]: () => parts.proxy[Symbol.asyncDispose]() }
}
