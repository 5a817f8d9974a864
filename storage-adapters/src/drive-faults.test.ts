import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { Hash } from '@cloudos/protocol/ids'
import { connectDrive, findDriveAccount, foundDrive } from './drive.ts'
import type { DrivePlace } from './drive.ts'
import { createSeededRng } from './seeded-rng.ts'
import { collect } from './suite/expect.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './suite/ledger.ts'
import { drivePlace, grantOf } from './testing/drive/drive-place.ts'
import { startFakeDrive } from './testing/drive/fake-drive.ts'
import type { FakeDrive } from './testing/drive/fake-drive.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import type { FaultProxy, ProxiedRequest } from './testing/fault-proxy.ts'
import { drawFaults, nameOf, PASSING_FAULTS } from './testing/http-faults.ts'

const never = new AbortController().signal
const DAY_MS = 24 * 3_600_000

for (const fault of PASSING_FAULTS)
  test(`drive: nothing acknowledged is lost when requests meet ${nameOf(fault)}`, async (t) => {
    const { fake, proxy, place } = await start(t)
    const stores = [await open(place), await open(place)]
    drawFaults(proxy, [fault], 0.2, createSeededRng(12))
    const drawn = proxy.fault
    // Ids never come twice: nothing between us and Google may keep an answer.
    proxy.fault = (request) => {
      const one = drawn(request)
      return one?.kind === 'stale' && request.path.includes('generateIds') ? undefined : one
    }
    const acknowledged: Hash[] = []
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let index = 0; index < 8; index++)
          acknowledged.push(await writeLedgerEntry(store, `${String(writer)} wrote ${String(index)}`))
      }),
    )
    proxy.fault = () => undefined
    await proxy.deliverLate()
    await using clean = await open(drivePlace(fake.url, place.grant))
    await expectInLedger(clean, acknowledged)
    assert.equal(await ledgerSize(clean), 16)
    for (const store of stores) await store[Symbol.asyncDispose]()
  })

test('drive: an answer lost says unknown, before and after it was applied, and reading again tells which', async (t) => {
  const { proxy, place } = await start(t)
  await using store = await open(place)
  await store.casHead('head', utf8('one'), undefined)
  const version = (await store.readHead('head'))?.version
  proxy.fault = onUpload({ kind: 'cut-before' })
  assert.equal(await store.casHead('head', utf8('two'), version), 'unknown')
  proxy.fault = () => undefined
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('one')])
  for (const kind of ['cut-after', 'answer-after'] as const) {
    const read = await store.readHead('head')
    proxy.fault = onUpload(kind === 'cut-after' ? { kind } : { kind, status: 500 })
    assert.equal(await store.casHead('head', utf8(kind), read?.version), 'unknown')
    proxy.fault = () => undefined
    assert.deepEqual((await store.readHead('head'))?.heads, [utf8(kind)])
  }
})

test('drive: a write that arrives late does not go over what was written meanwhile', async (t) => {
  const { proxy, place } = await start(t)
  await using store = await open(place)
  await store.casHead('head', utf8('one'), undefined)
  const version = (await store.readHead('head'))?.version
  proxy.fault = onUpload({ kind: 'late' })
  assert.equal(await store.casHead('head', utf8('late'), version), 'unknown')
  proxy.fault = () => undefined
  assert.equal(await store.casHead('head', utf8('two'), version), 'ok')
  await proxy.deliverLate()
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('two')])
})

for (const [status, reason, code] of [
  [403, 'rateLimitExceeded', 'medium-unreachable'],
  [403, 'userRateLimitExceeded', 'medium-unreachable'],
  [429, 'rateLimitExceeded', 'medium-unreachable'],
  [403, 'storageQuotaExceeded', 'medium-full'],
  [403, 'accessNotConfigured', 'medium-forbidden'],
  [403, 'insufficientPermissions', 'medium-forbidden'],
] as const)
  test(`drive: ${String(status)} ${reason} in the midst of a save leaves the head as it was and says ${code}`, async (t) => {
    const { fake, place } = await start(t)
    await using store = await open(place)
    await store.casHead('head', utf8('one'), undefined)
    const version = (await store.readHead('head'))?.version
    fake.refusal = ({ method }) => (method === 'POST' ? { status, reason } : undefined)
    const before = fake.asked.length
    await assert.rejects(store.casHead('head', utf8('two'), version), { code })
    const posts = fake.asked.slice(before).filter(({ method }) => method === 'POST')
    assert.equal(posts.length > 1, code === 'medium-unreachable', 'only a rate limit is waited for')
    fake.refusal = () => undefined
    await using again = await open(place)
    assert.deepEqual((await again.readHead('head'))?.heads, [utf8('one')])
    assert.equal(await again.casHead('head', utf8('two'), version), 'ok')
  })

test('drive: a rate limit that passes is waited out within the request', async (t) => {
  const { fake, place } = await start(t)
  await using store = await open(place)
  let refusals = 3
  fake.refusal = () => (refusals-- > 0 ? { status: 403, reason: 'userRateLimitExceeded' } : undefined)
  assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
})

test('drive: a token that ends midway is renewed once, and a sign-in that was withdrawn says what to do', async (t) => {
  const { fake, place } = await start(t)
  await using store = await open(place)
  fake.oauth.endTokens()
  const before = fake.asked.length
  assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
  assert.equal(fake.asked.slice(before).filter(({ path }) => path === '/token').length, 1)
  fake.oauth.withdrawAll()
  await assert.rejects(store.readHead('head'), { code: 'medium-forbidden', message: /7 days/ })
  await assert.rejects(open({ ...place, grant: { ...place.grant, clientSecret: 'wrong' } }), {
    code: 'medium-forbidden',
    message: /client and its secret/,
  })
})

test('drive: a page of a list that comes twice names nothing twice, and what follows it is not lost', async (t) => {
  const { fake, place } = await start(t)
  await using store = await open(place)
  const names: string[] = []
  for (let index = 0; index < 8; index++) names.push('b/' + (await store.putBlob(utf8(String(index)))).name)
  fake.pageMax = 3
  fake.repeatsFirstPage = true
  const listed = await collect(store.list('b/'))
  assert.equal(fake.repeatsFirstPage, false, 'it has happened')
  assert.deepEqual(listed.toSorted(), names.toSorted())
})

test('drive: a full account is told from everything else, and what is stored stays readable', async (t) => {
  const { fake, place } = await start(t)
  await using store = await open(place)
  await store.casHead('head', utf8('one'), undefined)
  fake.space.quotaBytes = 0
  await assert.rejects(store.putBlob(utf8('more')), { code: 'medium-full' })
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('one')])
})

test('drive: nothing was founded, and whose Drive it is', async (t) => {
  const fake = await startFakeDrive()
  t.after(() => fake[Symbol.asyncDispose]())
  const place = drivePlace(fake.url, grantOf(fake))
  await assert.rejects(open(place), { code: 'medium-gone' })
  assert.equal(await findDriveAccount(place, never), 'somebody@example.org')
})

test('drive: a save is one request for each blob and one for its head, of less than 3 kB for a typed edit', async (t) => {
  const { fake, place } = await start(t)
  await using store = await open(place)
  await store.casHead('head', utf8('one'), undefined)
  const old = (await store.putBlob(utf8('old'))).name
  const version = (await store.readHead('head'))?.version
  const before = fake.asked.length
  const head = { name: 'head', bytes: new Uint8Array(700).fill(1), expected: version }
  assert.equal(await store.flush({ blobs: [new Uint8Array(300).fill(2)], head, drop: [old] }), 'ok')
  const asked = fake.asked.slice(before)
  const writes = asked.filter(({ method }) => method !== 'GET')
  assert.deepEqual(
    writes.map(({ method }) => method),
    ['POST', 'POST', 'DELETE'],
  )
  assert.ok(asked.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) < 3_000)
  assert.ok(asked.length <= 7, `${String(asked.length)} requests`)
})

test('drive: old generations are cleared away late, and no stale writer makes one of them anew', async (t) => {
  const { fake, place } = await start(t)
  const time = { nowMs: fake.space.nowMs }
  const timed = (): DrivePlace => ({ ...place, clock: { ...place.clock, nowMs: () => time.nowMs } })
  await using sleeper = await open(timed())
  await sleeper.casHead('kept', utf8('kept'), undefined)
  await sleeper.casHead('head', utf8('0'), undefined)
  const stale = (await sleeper.readHead('head'))?.version
  await using writer = await open(timed())
  for (let turn = 1; turn <= 200; turn++) {
    const version = (await writer.readHead('head'))?.version
    assert.equal(await writer.casHead('head', utf8(String(turn)), version), 'ok')
    time.nowMs += DAY_MS / 10
    fake.space.nowMs = time.nowMs
  }
  const generations = [...fake.space.files.values()].filter(({ name }) => name.startsWith('head-'))
  assert.ok(generations.length < 140 && generations.length >= 50, `${String(generations.length)} are left`)
  for (const { createdAtMs, name } of generations.slice(2))
    assert.ok(createdAtMs > time.nowMs - 10 * DAY_MS, `${name} is left for too long`)
  assert.equal(await sleeper.casHead('head', utf8('stale'), stale), 'conflict')
  assert.deepEqual((await sleeper.readHead('head'))?.heads, [utf8('200')])
  assert.deepEqual((await sleeper.readHead('kept'))?.heads, [utf8('kept')])
  await using fresh = await open(timed())
  assert.deepEqual((await fresh.readHead('head'))?.heads, [utf8('200')])
})

test('drive: two who found it at once, unseen by each other, are both read until one write stands in for both', async (t) => {
  const fake = await startFakeDrive()
  t.after(() => fake[Symbol.asyncDispose]())
  const place = drivePlace(fake.url, grantOf(fake))
  await Promise.all([foundDrive(place, never), foundDrive(drivePlace(fake.url, place.grant), never)])
  const roots = [...fake.space.files.values()].filter(({ name }) => name === 'root')
  assert.equal(roots.length, 2)
  const [hidden] = roots.sort((a, b) => (a.id < b.id ? -1 : 1))
  assert.ok(hidden)
  fake.space.hide(hidden.id, true)
  await using second = await open(place)
  assert.equal(await second.casHead('head', utf8('under the second'), undefined), 'ok')
  fake.space.hide(hidden.id, false)
  await using first = await open(place)
  const alone = await first.readHead('head')
  assert.equal(await first.casHead('head', utf8('lost?'), undefined), 'conflict')
  assert.equal(await first.casHead('head', utf8('merged'), alone?.version), 'ok')
  const later = await second.readHead('head')
  assert.equal(await second.casHead('head', utf8('a stale writer'), later?.version), 'ok')
  await using reader = await open(place)
  const both = await reader.readHead('head')
  assert.deepEqual(new Set(both?.heads.map((head) => new TextDecoder().decode(head))), new Set(['merged', 'a stale writer'])) // prettier-ignore
  assert.equal(await reader.casHead('head', utf8('all'), both?.version), 'ok')
  await using last = await open(place)
  assert.deepEqual((await last.readHead('head'))?.heads, [utf8('all')])
})

interface Started {
  readonly fake: FakeDrive
  readonly proxy: FaultProxy
  /** Through the proxy. */
  readonly place: DrivePlace
}

async function start(t: TestContext): Promise<Started> {
  const fake = await startFakeDrive()
  const proxy = await startFaultProxy(fake.url)
  t.after(async () => {
    await proxy[Symbol.asyncDispose]()
    await fake[Symbol.asyncDispose]()
  })
  const grant = grantOf(fake)
  await foundDrive(drivePlace(fake.url, grant), never)
  return { fake, proxy, place: drivePlace(proxy.url, grant) }
}

function open(place: DrivePlace) {
  return connectDrive(place, 'somebody', never)
}

function onUpload<Fault>(fault: Fault): (request: ProxiedRequest) => Fault | undefined {
  return ({ path }) => (path.startsWith('/upload') ? fault : undefined)
}
