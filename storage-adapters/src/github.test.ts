import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { blobPath, bytesOf, textOf } from './github-files.ts'
import { connectGithub } from './github.ts'
import type { GithubOptions } from './github.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'
import { casesInSuite, numbersOf } from './testing/case-table.ts'
import { findGithubDescription } from './testing/github/description.ts'
import { startFakeGithub } from './testing/github/fake-github.ts'
import { createTestLine } from './testing/http-line.ts'
import type { FakeGithub } from './testing/github/fake-github.ts'

const description = findGithubDescription()
const never = new AbortController().signal
const complaints = new Set<string>()

/** Everything that is done to it is held against GitHub's description, and everything in it is shown to git. */
async function start(): Promise<FakeGithub> {
  const github = await startFakeGithub(description)
  const end = github[Symbol.asyncDispose].bind(github)
  return Object.assign(github, {
    async [Symbol.asyncDispose]() {
      for (const complaint of github.complaints) complaints.add(complaint)
      github.git.fsck()
      await end()
    },
  })
}

async function connect(github: FakeGithub, options: Partial<GithubOptions> = {}): Promise<ConnectedBlobStore> {
  const { apiUrl, token, repository } = github
  return (await connectGithub({ apiUrl, token, repository, line: createTestLine(), ...options }, never)).store
}

async function githubUnderTest(options: Partial<GithubOptions>): Promise<MediumUnderTest> {
  const github = await start()
  return {
    connect: () => connect(github, options),
    async damage(name, change) {
      const { git } = github
      const [tip] = git.refs('refs/heads/cloudos/')
      assert.ok(tip)
      const path = blobPath(name.slice(2))
      const { tree } = git.commit(tip.sha)
      const entry = git.tree(tree, true).find((one) => one.path === path)
      const content = Buffer.from(textOf(change(bytesOf(git.file(entry?.sha ?? '').toString()))))
      const damaged = git.makeTree(tree, [{ path, mode: '100644', content }])
      const author = { name: 'A vandal', email: 'vandal@example.org' }
      const sha = git.makeCommit({ tree: damaged, parents: [tip.sha], message: 'harm', author })
      assert.ok(git.forwardRef(tip.ref, sha))
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  }
}

const cases = await blobStoreSuite('github', () => githubUnderTest({}))
for (const { name, run } of cases) test(name, run)

for (const { name, run } of await blobStoreSuite('github, every fifth commit on a new branch', () =>
  githubUnderTest({ commitsMax: 5 }),
))
  test(name, run)

const smallCases = await blobStoreSuite('github, a small repository', () =>
  githubUnderTest({ quotaBytes: 4 * 1024 * 1024 }),
)
const FULL = 14
for (const { number, name, run } of smallCases) if (number === FULL) test(name, run)

test('github: the cases that docs/media-cases.md marks are in its suites', () => {
  assert.deepEqual(numbersOf([...cases, ...smallCases]), casesInSuite('github', 1, 30))
})

after(() => {
  assert.deepEqual([...complaints], [], "every exchange is as GitHub's own description says")
})
