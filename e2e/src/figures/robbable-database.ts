import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dumpFolder } from '@cloudos/agent/testing/robbery/layout'
import type { Dump, RobbableMedium } from '@cloudos/agent/testing/robbery/layout'
import { databaseLayout } from '@cloudos/agent/testing/robbery/object-layout'
import { findId } from '@cloudos/protocol/ids'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { launchChromium } from '../browser.ts'
import { serveEntry } from '../page-entry.ts'
import type { OpenEntry } from '../page-entry.ts'
import type * as entryModule from './database.page.ts'

type Entry = typeof entryModule
const database = 'copy'

/** The database of a real Chromium: what it hands out, and the files of it on the disk. */
export async function foundRobbableDatabase(): Promise<RobbableMedium> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudos-chromium-'))
  const entry = await serveEntry<Entry>(join(import.meta.dirname, 'database.page.ts'))
  const chromium = await launchChromium(folder)
  const { call } = await entry.open(chromium.context)
  const store = storeIn(call)
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await chromium[Symbol.asyncDispose]()
    await entry[Symbol.asyncDispose]()
  }
  return {
    layout: databaseLayout,
    connect: () => Promise.resolve(store),
    async dump() {
      const dump = new Map<string, Uint8Array>()
      for (const name of await call('list', database)) {
        const bytes = name.startsWith('h/')
          ? (await store.readHead(name.slice(2)))?.heads[0]
          : await store.getBlob(blobName(name))
        if (bytes !== undefined) dump.set(name, bytes)
      }
      return dump satisfies Dump
    },
    async witnessed() {
      await close()
      const files = await dumpFolder(join(folder, 'Default', 'IndexedDB'))
      if (files.size === 0) throw new Error('Chromium keeps its databases elsewhere')
      return [...files.values()]
    },
    async [Symbol.asyncDispose]() {
      await close()
      await rm(folder, { recursive: true, maxRetries: 3 })
    },
  }
}

function blobName(listed: string) {
  const name = findId('Hash', listed.slice(2))
  if (name === undefined) throw new Error(`no blob: ${listed}`)
  return name
}

/** Over the border of the page. */
function storeIn(call: OpenEntry<Entry>['call']): ConnectedBlobStore {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  const bytes = (from: string): Uint8Array => new Uint8Array(Buffer.from(from, 'base64'))
  const unused = (): never => {
    throw new Error('whoever writes copies does not need it')
  }
  return {
    capabilities: { cas: true, maxBlobBytes: 8 * 1024 * 1024, evictable: true, failureDomain: 'this browser' },
    async readHead(name) {
      const read = await call('readHead', { database, name })
      return read && { heads: [bytes(read.head)], version: read.version }
    },
    flush: ({ blobs, head, drop }) => {
      const { name, expected } = head
      const moved = { name, bytes: text(head.bytes), ...(expected !== undefined && { expected }) }
      return call('flush', { database, blobs: blobs.map(text), head: moved, drop })
    },
    putBlob: (blob) => call('putBlob', { database, bytes: text(blob) }),
    async getBlob(name) {
      const found = await call('getBlob', { database, name })
      return found === undefined ? undefined : bytes(found)
    },
    casHead: unused,
    list: unused,
    delete: unused,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
