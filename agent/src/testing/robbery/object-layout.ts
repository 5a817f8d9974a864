import { utf8 } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStoreCapabilities } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { blobPath, bytesOf, headPath, textFromGithub, textOf } from '@cloudos/storage-adapters/github-files'
import type { StoredFile } from '@cloudos/storage-adapters/github-files'
import type { Line } from '@cloudos/storage-adapters/github-line'
import { createGithubMedium } from '@cloudos/storage-adapters/github-medium'
import type { Medium } from '@cloudos/storage-adapters/medium'
import type { S3Requests } from '@cloudos/storage-adapters/s3-client'
import { createS3Medium } from '@cloudos/storage-adapters/s3-medium'
import type { Dump, Layout } from './layout.ts'

const HEAD = 'h/profile'
const CAPABILITIES: BlobStoreCapabilities = {
  cas: true,
  maxBlobBytes: LIMITS.blobMaxBytes,
  evictable: false,
  failureDomain: 'dump',
}

/** One object a head and one a blob, as in a bucket of S3 and in a browser's database. */
function objectLayout(mediumOf: (dump: Dump) => Medium): Layout {
  return {
    blobPath: (name) => 'b/' + name,
    fileOf: (bytes) => bytes,
    bytesOf: (file) => file,
    findHead: (dump) => dump.get(HEAD),
    withoutHeads: (dump) => new Map([...dump].filter(([path]) => path !== HEAD)),
    withHead: (dump, head) => new Map([...dump, [HEAD, head]]),
    storeOf: (dump) => createBlobStore(mediumOf(dump)),
  }
}

export const bucketLayout = objectLayout((dump) => createS3Medium(requestsOf(dump), CAPABILITIES))

/** A browser's database cannot be opened here: what its transactions hand out is what lies there. */
export const databaseLayout = objectLayout((dump) => ({
  capabilities: CAPABILITIES,
  readHead(name) {
    const head = dump.get('h/' + name)
    return Promise.resolve(head && { heads: [head.slice()], version: '1' })
  },
  readBlob: (name) => Promise.resolve(dump.get('b/' + name)?.slice()),
  casHead: readOnly,
  writeBlob: readOnly,
  list: () => {
    throw new Error('whoever opens a copy lists nothing')
  },
  delete: readOnly,
  [Symbol.asyncDispose]: () => Promise.resolve(),
}))

/** Files of text in the newest tree of a branch. */
export const repositoryLayout: Layout = {
  blobPath,
  fileOf: (bytes) => utf8(textOf(bytes)),
  bytesOf: (file) => bytesOf(textIn(file)),
  findHead(dump) {
    const file = dump.get(headPath('profile'))
    return file && bytesOf(textIn(file))
  },
  withoutHeads: (dump) => new Map([...dump].filter(([path]) => path !== headPath('profile'))),
  withHead: (dump, head) => new Map([...dump, [headPath('profile'), utf8(textOf(head))]]),
  storeOf: (dump) => createBlobStore(createGithubMedium(lineOf(dump), CAPABILITIES)),
}

function textIn(file: Uint8Array): string {
  return textFromGithub({ content: Buffer.from(file).toString('base64'), encoding: 'base64' })
}

function lineOf(dump: Dump): Line {
  // A path may stand for the name that git has for the content: the thief makes the tree.
  const files = new Map(
    [...dump].map(([path, { length }]): [string, StoredFile] => [path, { sha: path, sizeBytes: length }]),
  )
  return {
    read: () => Promise.resolve({ branch: 1, commit: 'tip', tree: 'tree', depth: 1, files }),
    readText: ({ sha }) => Promise.resolve(textIn(dump.get(sha) ?? new Uint8Array(0))),
    append: readOnly,
  }
}

function requestsOf(dump: Dump): S3Requests {
  return {
    send(method, key, { maxBytes = Infinity }) {
      const body = dump.get(key)?.slice(0, maxBytes + 1)
      if (method !== 'GET') return readOnly()
      const headers = new Headers({ etag: '"1"' })
      return Promise.resolve({ status: body === undefined ? 404 : 200, headers, body: body ?? new Uint8Array(0) })
    },
    objects: () => {
      throw new Error('whoever opens a copy lists nothing')
    },
  }
}

function readOnly(): Promise<never> {
  return Promise.reject(new Error('whoever reads a dump writes nothing'))
}
