import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { blobPath } from './github-files.ts'
import { connectGithub } from './github.ts'
import type { ConnectedGithub, GithubOptions } from './github.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './suite/ledger.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import { findGithubDescription } from './testing/github/description.ts'
import { startFakeGithub } from './testing/github/fake-github.ts'
import { drawFaults, nameOf, PASSING_FAULTS } from './testing/http-faults.ts'
import { createTestLine } from './testing/http-line.ts'
import type { Asked, FakeGithub, Mishap } from './testing/github/fake-github.ts'
import { createSeededRng } from './seeded-rng.ts'

const description = findGithubDescription()
const never = new AbortController().signal

test('a public repository is refused before anything is written to it', async (t) => {
  const github = await start(t)
  github.isPrivate = false
  await assert.rejects(open(github), { code: 'medium-forbidden', message: /public/ })
  assert.deepEqual(github.git.refs('refs/'), [])
})

test('a token that may only read is refused at the start, in words that say what it needs', async (t) => {
  const github = await start(t)
  github.mayWrite = false
  await assert.rejects(open(github), { code: 'medium-forbidden', message: /Contents: read and write/ })
})

test('a token that GitHub does not know, and a repository that is not there, are told apart', async (t) => {
  const github = await start(t)
  await assert.rejects(open(github, { token: 'another' }), { code: 'medium-forbidden', message: /token/ })
  github.mishap = () => ({ kind: 'answer', status: 404 })
  await assert.rejects(open(github), { code: 'medium-gone' })
})

test('what the token is good for is told: until when, and for what else', async (t) => {
  const github = await start(t)
  github.repositoryHeaders = {
    'github-authentication-token-expiration': '2026-12-24 18:00:00 UTC',
    'x-oauth-scopes': 'repo, gist',
  }
  const { access } = await open(github)
  assert.deepEqual(access, { expiresAtMs: Date.UTC(2026, 11, 24, 18), scopes: ['repo', 'gist'] })
})

test('a save is one commit of three requests, and a head that has not moved costs one that is not counted', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
  const version = (await store.readHead('head'))?.version
  const before = github.asked.length
  const head = { name: 'head', bytes: utf8('two'), expected: version }
  assert.equal(await store.flush({ blobs: [utf8('a'), utf8('b'), utf8('c')], head, drop: [] }), 'ok')
  const writes = github.asked.slice(before).filter(({ method }) => method !== 'GET')
  assert.deepEqual(
    writes.map(({ method, route }) => `${method} ${route.split('/git/')[1] ?? ''}`),
    ['POST trees', 'POST commits', 'PATCH refs/{ref}'],
  )
  await store.readHead('head')
  const atRest = github.asked.length
  await store.readHead('head')
  assert.deepEqual(
    github.asked.slice(atRest).map(({ status }) => status),
    [304],
  )
})

test('an answer lost after the branch has moved says unknown, and reading again shows that it was applied', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  await store.casHead('head', utf8('one'), undefined)
  const version = (await store.readHead('head'))?.version
  github.mishap = on('PATCH', { kind: 'lost-answer' })
  assert.equal(await store.casHead('head', utf8('two'), version), 'unknown')
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('two')])
})

test('a repository that stays empty because its first file was lost on the way is tried again', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  for (const kind of ['lost-request', 'lost-answer'] as const) {
    github.mishap = on('PUT', { kind })
    await assert.rejects(store.casHead('head', utf8('one'), undefined), { code: 'medium-unreachable' })
  }
  github.mishap = () => undefined
  assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
})

test('a request that breaks off before the branch has moved says unknown or rejects, and nothing is applied', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  await store.casHead('head', utf8('one'), undefined)
  const version = (await store.readHead('head'))?.version
  github.mishap = on('PATCH', { kind: 'lost-request' })
  assert.equal(await store.casHead('head', utf8('two'), version), 'unknown')
  for (const kind of ['lost-request', 'lost-answer', 'broken-answer'] as const) {
    github.mishap = on('POST', { kind })
    await assert.rejects(store.casHead('head', utf8('two'), version), { code: 'medium-unreachable' })
  }
  github.mishap = () => undefined
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('one')])
})

for (const [status, headers, code] of [
  [401, {}, 'medium-forbidden'],
  [403, { 'x-ratelimit-remaining': '0' }, 'medium-unreachable'],
  [403, { 'retry-after': '60' }, 'medium-unreachable'],
  [403, {}, 'medium-forbidden'],
  [429, {}, 'medium-unreachable'],
  [429, { 'retry-after': '1' }, 'medium-unreachable'],
  [500, {}, 'medium-unreachable'],
  [502, {}, 'medium-unreachable'],
  [503, {}, 'medium-unreachable'],
] as const)
  test(`${String(status)} ${JSON.stringify(headers)} in the midst of a save leaves the head as it was and says ${code}`, async (t) => {
    const github = await start(t)
    const { store } = await open(github)
    await store.casHead('head', utf8('one'), undefined)
    const version = (await store.readHead('head'))?.version
    // Each by a line of its own: one that has failed often enough is left alone for a while.
    const fresh = async (method: string) => {
      github.mishap = () => undefined
      const { store: another } = await open(github)
      github.mishap = on(method, { kind: 'answer', status, headers })
      return another
    }
    for (const method of ['GET', 'POST'])
      await assert.rejects((await fresh(method)).casHead('head', utf8('two'), version), { code })
    const last = (await fresh('PATCH')).casHead('head', utf8('two'), version)
    if (status >= 500) assert.equal(await last, 'unknown')
    else await assert.rejects(last, { code })
    github.mishap = () => undefined
    assert.deepEqual((await store.readHead('head'))?.heads, [utf8('one')])
    assert.equal(await store.casHead('head', utf8('two'), version), 'ok')
  })

test('a rule that forbids moving the branch ends in a refusal that names it, not in endless tries', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  github.mishap = ({ route, method }) =>
    method !== 'GET' && route.includes('/refs') ? { kind: 'answer', status: 422 } : undefined
  await assert.rejects(store.casHead('head', utf8('one'), undefined), { code: 'medium-forbidden', message: /rule/ })
})

test('files that were written in base64 before are read, and a file of another kind is told as a damaged one', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  await store.casHead('head', utf8('one'), undefined)
  const kept = await store.putBlob(utf8('kept'))
  const put = (content: string) => {
    const [tip] = github.git.refs('refs/heads/cloudos/')
    assert.ok(tip)
    const file = { path: blobPath(kept.name), mode: '100644', content: Buffer.from(content) }
    const tree = github.git.makeTree(github.git.commit(tip.sha).tree, [file])
    const author = { name: 'Before', email: 'before@example.org' }
    assert.ok(github.git.forwardRef(tip.ref, github.git.makeCommit({ tree, parents: [tip.sha], message: 'm', author })))
  }
  put(btoa('kept'))
  assert.deepEqual(await store.getBlob(kept.name), utf8('kept'))
  for (const other of ['~kept!"', '~', '', 'no file of ours\u00e9']) {
    put(other)
    await assert.rejects(store.getBlob(kept.name), { code: 'blob-damaged' }, other)
  }
})

test('a tree too large for one answer is read directory by directory', async (t) => {
  const github = await start(t)
  const { store } = await open(github)
  const names = []
  for (let index = 0; index < 12; index++) names.push((await store.putBlob(utf8(String(index)))).name)
  github.treeEntriesMax = 3
  const { store: reopened } = await open(github)
  for (const [index, name] of names.entries()) assert.deepEqual(await reopened.getBlob(name), utf8(String(index)))
})

test('nothing acknowledged is lost while three writers meet every fault at once', async (t) => {
  const kinds = ['lost-request', 'lost-answer', 'broken-answer', 'answer'] as const
  for (let seed = 1; seed <= 3; seed++) {
    const github = await start(t)
    const rng = createSeededRng(seed)
    const struck = new Set<string>()
    const stores: ConnectedBlobStore[] = []
    for (let writer = 0; writer < 3; writer++) stores.push((await open(github, { commitsMax: 20 })).store)
    github.mishap = () => {
      const [roll = 0, choice = 0] = rng.bytes(2)
      const kind = roll < 26 ? kinds[choice % kinds.length] : undefined
      if (kind === undefined) return undefined
      struck.add(kind)
      return kind === 'answer' ? { kind, status: 503 } : { kind }
    }
    const written = await Promise.all(
      stores.map(async (store, writer) => {
        const names = []
        for (let index = 0; index < 10; index++)
          names.push(await writeLedgerEntry(store, `${String(writer)} wrote ${String(index)}`))
        return names
      }),
    )
    github.mishap = () => undefined
    const { store } = await open(github)
    await expectInLedger(store, written.flat())
    assert.equal(struck.size, kinds.length)
  }
})

for (const fault of PASSING_FAULTS)
  test(`github: nothing acknowledged is lost when requests meet ${nameOf(fault)}`, async (t) => {
    const github = await start(t)
    const proxy = await startFaultProxy(github.apiUrl)
    t.after(() => proxy[Symbol.asyncDispose]())
    const apiUrl = proxy.url.replace(/\/$/, '')
    const stores = [(await open(github, { apiUrl })).store, (await open(github, { apiUrl })).store]
    drawFaults(proxy, [fault], 0.15, createSeededRng(13))
    const written = await Promise.all(
      stores.map(async (store, writer) => {
        const names = []
        for (let index = 0; index < 8; index++)
          names.push(await writeLedgerEntry(store, `${String(writer)} wrote ${String(index)}`))
        return names
      }),
    )
    proxy.fault = () => undefined
    await proxy.deliverLate()
    const { store } = await open(github)
    await expectInLedger(store, written.flat())
    assert.equal(await ledgerSize(store), 16)
  })

async function start(t: TestContext): Promise<FakeGithub> {
  const github = await startFakeGithub(description)
  t.after(() => github[Symbol.asyncDispose]())
  return github
}

function open(github: FakeGithub, options: Partial<GithubOptions> = {}): Promise<ConnectedGithub> {
  const { apiUrl, token, repository } = github
  return connectGithub({ apiUrl, token, repository, line: createTestLine(), ...options }, never)
}

function on(method: string, mishap: Mishap): (asked: Pick<Asked, 'method'>) => Mishap | undefined {
  return (asked) => (asked.method === method ? mishap : undefined)
}
