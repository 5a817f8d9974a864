import { join } from 'node:path'
import { utf8 } from '@cloudos/protocol/bytes'
import { connectGithub } from '@cloudos/storage-adapters/github'
import { connectS3, foundS3 } from '@cloudos/storage-adapters/s3'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import type { GitRepository } from '@cloudos/storage-adapters/testing/github/git-repository'
import { createTestLine } from '@cloudos/storage-adapters/testing/http-line'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { WEBDAV_ACCOUNT } from '@cloudos/storage-adapters/testing/webdav-servers'
import type { WebdavProgram } from '@cloudos/storage-adapters/testing/webdav-servers'
import { connectWebdav, foundWebdav } from '@cloudos/storage-adapters/webdav'
import { folderLayout } from './folder-layout.ts'
import { dumpFolder } from './layout.ts'
import type { Dump, RobbableMedium } from './layout.ts'
import { bucketLayout, repositoryLayout } from './object-layout.ts'

const never = new AbortController().signal

/** The disk of a WebDAV server. */
export async function foundRobbableWebdav(program: WebdavProgram): Promise<RobbableMedium> {
  const disk = await createTemporaryFolder()
  const server = await program.start(disk.path)
  const place = { address: `${server.url}copy/`, credential: WEBDAV_ACCOUNT, line: createTestLine() }
  await foundWebdav(place, never)
  return {
    layout: folderLayout,
    connect: () => connectWebdav(place, 'server', never),
    dump: () => dumpFolder(join(disk.path, 'served', 'copy')),
    witnessed: () => Promise.resolve([]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await disk[Symbol.asyncDispose]()
    },
  }
}

/** All objects of a bucket. */
export async function foundRobbableBucket(): Promise<RobbableMedium> {
  const server = await startFakeS3()
  const place = { address: `${server.url}bucket/`, credential: S3_KEY, line: createTestLine() }
  await foundS3(place, never)
  return {
    layout: bucketLayout,
    connect: () => connectS3(place, 'server', never),
    dump: () => Promise.resolve(new Map([...server.objects].map(([key, bytes]) => [key, new Uint8Array(bytes)]))),
    witnessed: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** The newest tree of a repository, and its whole history besides. */
export async function foundRobbableRepository(): Promise<RobbableMedium> {
  const server = await startFakeGithub()
  const { apiUrl, token, repository, git } = server
  return {
    layout: repositoryLayout,
    connect: async () => (await connectGithub({ apiUrl, token, repository, line: createTestLine() }, never)).store,
    dump: () => Promise.resolve(newestTree(git)),
    witnessed: () => Promise.resolve(historyOf(git)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function newestTree(git: GitRepository): Dump {
  const [tip] = git.refs('refs/heads/cloudos/')
  if (tip === undefined) return new Map()
  const entries = git.tree(git.commit(tip.sha).tree, true).filter(({ type }) => type === 'blob')
  return new Map(entries.map(({ path, sha }) => [path, new Uint8Array(git.file(sha))]))
}

/** Every commit of ours with its author and message, and every file that there ever was. */
function historyOf(git: GitRepository): readonly Uint8Array[] {
  const seen: Uint8Array[] = []
  const waiting = git.refs('refs/heads/cloudos/').map(({ sha }) => sha)
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    const commit = git.commit(sha)
    seen.push(utf8(JSON.stringify(commit)))
    for (const entry of git.tree(commit.tree, true)) if (entry.type === 'blob') seen.push(git.file(entry.sha))
    waiting.push(...commit.parents)
  }
  return seen
}
