import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'
import type { FolderFiles } from './folder-files.ts'
import { createFolderMedium } from './folder-medium.ts'
import { createSeededRng } from './seeded-rng.ts'
import { expectInLedger, writeLedgerEntry } from './suite/ledger.ts'
import { createPowerCutDisk } from './testing/power-cut-disk.ts'
import type { PowerCutDisk } from './testing/power-cut-disk.ts'

const IMAGES_PER_MOMENT = 3

for (const cas of [true, false])
  test(`a power cut at any moment leaves a folder that opens, holds all it acknowledged and takes more (${cas ? 'alone' : 'synced'})`, async () => {
    const images = await imagesOfTrace(cas)
    assert.ok(images.length > 1000, `only ${images.length} images`)
    for (const { disk, acknowledged } of images) {
      const store = storeOn(disk.files, cas)
      await expectInLedger(store, acknowledged)
      const more = await writeLedgerEntry(store, 'after the power came back')
      await expectInLedger(store, [...acknowledged, more])
    }
  })

interface Image {
  readonly disk: PowerCutDisk
  readonly acknowledged: readonly Hash[]
}

/** Two writers, who write partly the same entries, and at every moment between two effects some of the disks a cut could leave. */
async function imagesOfTrace(cas: boolean): Promise<readonly Image[]> {
  const rng = createSeededRng(cas ? 1 : 2)
  const images: Image[] = []
  const acknowledged: Hash[] = []
  const disk: PowerCutDisk = createPowerCutDisk(() => {
    for (let image = 0; image < IMAGES_PER_MOMENT; image++)
      images.push({ disk: disk.cut(rng), acknowledged: [...acknowledged] })
  })
  const write = async (writer: number) => {
    const store = storeOn(disk.files, cas)
    for (let index = 0; index < 20; index++)
      acknowledged.push(await writeLedgerEntry(store, index % 3 === 0 ? `entry ${index}` : `${writer} wrote ${index}`))
  }
  await Promise.all([write(1), write(2)])
  await expectInLedger(storeOn(disk.files, cas), acknowledged)
  return images
}

function storeOn(files: FolderFiles, cas: boolean): BlobStore {
  const { blobMaxBytes: maxBlobBytes } = LIMITS
  return createBlobStore(createFolderMedium(files, { cas, maxBlobBytes, evictable: false, failureDomain: 'disk' }))
}
