import assert from 'node:assert/strict'
import { hashId } from '@cloudos/crypto/hash'
import { concatBytes } from '@cloudos/protocol/bytes'
import { bytesFromId, findId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { connectDrive, foundDrive } from '@cloudos/storage-adapters/drive'
import { createDriveBlobs } from '@cloudos/storage-adapters/drive-blobs'
import { createChain } from '@cloudos/storage-adapters/drive-chain'
import { createDriveMedium } from '@cloudos/storage-adapters/drive-medium'
import { blobFileName, generationName, ROOT } from '@cloudos/storage-adapters/drive-names'
import type { DriveApi, DriveFile } from '@cloudos/storage-adapters/drive-port'
import { encodeDriveContent, findDriveContent } from '@cloudos/storage-adapters/drive-record'
import type { DriveRecord } from '@cloudos/storage-adapters/drive-record'
import { drivePlace, grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { stillClock } from '../protected-house.ts'
import type { Dump, Layout, RobbableMedium } from './layout.ts'

const HEAD = 'profile'
const never = new AbortController().signal

/** Files by their name, and behind a stroke their id where a generation names it. */
const driveLayout: Layout = {
  blobPath(name) {
    const hash = findId('Hash', name)
    assert.ok(hash)
    return blobFileName(hash)
  },
  fileOf: (bytes) => bytes,
  bytesOf: (file) => file,
  findHead(dump) {
    const tip = tipOf(dump)
    const place = tip?.record.heads.find(({ name }) => name === HEAD)
    if (tip === undefined || place === undefined) return undefined
    const holder = generationsOf(dump).find(({ id }) => id === (place.at ?? tip.id))
    return holder?.record.body
  },
  // A place that was founded, and has no head yet.
  withoutHeads: (dump) => new Map([...dump].filter(([path]) => !path.startsWith('head-'))),
  withHead(dump, head) {
    const tip = tipOf(dump)
    if (tip === undefined) return dump
    const { gen, next, root } = tip.record
    const record = {
      ...tip.record,
      gen: gen + 1,
      previous: tip.id,
      next: `${next}x`,
      heads: [{ name: HEAD }],
      body: head,
    }
    return new Map([...dump, [`head-${String(gen + 1).padStart(12, '0')}-${root}|${next}`, sealedBySum(record)]])
  },
  storeOf(dump) {
    const api = apiOf(dump)
    const chain = createChain(api, stillClock)
    const blobs = createDriveBlobs(api, chain, LIMITS.blobMaxBytes)
    const capabilities = { cas: true, maxBlobBytes: LIMITS.blobMaxBytes, evictable: false, failureDomain: 'dump' }
    return createBlobStore(createDriveMedium(api, { chain, blobs }, capabilities))
  },
}

/** The application's own folder of a Google Drive, by every file in it. */
export async function foundRobbableDrive(): Promise<RobbableMedium> {
  const google = await startFakeDrive()
  const place = drivePlace(google.url, grantOf(google))
  await foundDrive(place, never)
  return {
    layout: driveLayout,
    connect: () => connectDrive(place, 'somebody', never),
    dump: () =>
      Promise.resolve(
        new Map(
          [...google.space.files.values()].map(({ id, name, content }) => [
            name.startsWith('blob-') ? name : `${name}|${id}`,
            new Uint8Array(content),
          ]),
        ),
      ),
    witnessed: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => google[Symbol.asyncDispose](),
  }
}

interface Held {
  readonly id: string
  readonly record: DriveRecord
}

/** Of those that can be read, in their order. */
function generationsOf(dump: Dump): readonly Held[] {
  return [...dump]
    .flatMap(([path, bytes]) => {
      const [name = '', id = ''] = path.split('|')
      const isOne = name === ROOT || generationName(name) !== undefined
      const record = isOne ? findDriveContent(bytes) : undefined
      return record === undefined ? [] : [{ id, record }]
    })
    .sort((a, b) => a.record.gen - b.record.gen)
}

function tipOf(dump: Dump): Held | undefined {
  return generationsOf(dump).at(-1)
}

function sealedBySum(record: DriveRecord): Uint8Array {
  const content = encodeDriveContent(record)
  return concatBytes(bytesFromId(hashId(content)), content)
}

/** What the thief's Drive answers; the thief may put any file under any id. */
function apiOf(dump: Dump): DriveApi {
  const pathOf = (id: string): string | undefined =>
    [...dump.keys()].find((path) => (path.split('|')[1] ?? path) === id)
  return {
    read(id, maxBytes) {
      const bytes = dump.get(pathOf(id) ?? '')
      return Promise.resolve(bytes && new Uint8Array(bytes.slice(0, maxBytes + 1)))
    },
    async *list({ query, order }) {
      const terms = query.split(' or ').map((term) => /^name (=|contains) '([\w-]+)'$/.exec(term))
      const files = [...dump.keys()].map((path): DriveFile => {
        const [name = '', id = name] = path.split('|')
        return { id, name, createdAtMs: 0, checksum: undefined }
      })
      const fits = ({ name }: DriveFile): boolean =>
        terms.some((term) => (term?.[1] === '=' ? name === term[2] : name.startsWith(term?.[2] ?? '|')))
      const sign = order === 'name desc' ? -1 : 1
      yield* await Promise.resolve(files.filter(fits).sort((a, b) => sign * (a.name < b.name ? -1 : 1)))
    },
    drawIds: readOnly,
    create: readOnly,
    checksum: readOnly,
    remove: readOnly,
    account: readOnly,
    room: readOnly,
  }
}

function readOnly(): Promise<never> {
  return Promise.reject(new Error('whoever reads a dump writes nothing'))
}
