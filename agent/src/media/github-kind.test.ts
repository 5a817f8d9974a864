import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import { createTestLine } from '@cloudos/storage-adapters/testing/http-line'
import { connectGithub } from '@cloudos/storage-adapters/github'
import { githubKind } from './github-kind.ts'
import type { OpenGithub } from './github-kind.ts'

const open: OpenGithub = async (place) =>
  (await connectGithub({ ...place, line: createTestLine() }, new AbortController().signal)).store

test('a repository has one spelling, however it is named', () => {
  const kind = githubKind(open)
  for (const where of ['a/b', 'https://github.com/a/b', 'https://github.com/a/b/', 'https://github.com/a/b.git'])
    assert.equal(kind.normalise(where), 'a/b')
  assert.equal(kind.normalise('https://git.example.org/a/b'), 'https://git.example.org/a/b')
})

test('what is no repository, carries a secret, or would send a token in the clear is refused with its own words', () => {
  const kind = githubKind(open)
  for (const [where, words] of [
    ['a', /owner\/name/],
    ['a/b/c', /owner\/name/],
    ['-a/b', /owner\/name/],
    ['a/..', /owner\/name/],
    ['https://token@github.com/a/b', /token out of the address/],
    ['http://git.example.org/a/b', /https/],
  ] as const)
    assert.throws(() => kind.normalise(where), { code: 'bad-address', message: words })
})

test('a copy can be kept in a private repository with its token, and in no other way', async (t) => {
  const github = await startFakeGithub()
  t.after(() => github[Symbol.asyncDispose]())
  const kind = githubKind(open)
  const address = kind.normalise(`${github.apiUrl}/somebody/copies`)
  await assert.rejects(kind.check(address, undefined), { code: 'no-credential' })
  await assert.rejects(kind.check(address, { account: '', secret: 'another' }), { code: 'medium-forbidden' })
  const store = await kind.connect(address, { account: '', secret: github.token }, '')
  t.after(() => store[Symbol.asyncDispose]())
  assert.equal(await store.casHead('head', new Uint8Array([1]), undefined), 'ok')
  assert.match((await kind.failureDomain(address, undefined)) ?? '', /somebody$/)
  github.isPrivate = false
  await assert.rejects(kind.check(address, { account: '', secret: github.token }), { message: /public/ })
})
