import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revokeDevice } from '@cloudos/crypto/change-authority'
import { hashId } from '@cloudos/crypto/hash'
import { signFor } from '@cloudos/crypto/signature'
import { SnapshotMemory } from '@cloudos/mesh/copy/kept-snapshots'
import { SaidHeads } from '@cloudos/mesh/copy/said-heads'
import { knownAlone } from '@cloudos/mesh/copy/lie'
import { parsePack } from '@cloudos/mesh/copy/packs'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { writeCopy } from '@cloudos/mesh/copy/write-copy'
import { DOC } from '@cloudos/mesh/testing/family'
import { encodeHead } from '@cloudos/protocol/head'
import { encodePackIndex } from '@cloudos/protocol/pack-index'
import type { BlobStore } from '@cloudos/protocol/ports'
import { encodeSigned } from '@cloudos/protocol/signed'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { house, NOW_MS } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'

test('what a removed device claims to have kept is looked at, and written again', async () => {
  const two = await house(2, 21)
  const store = createBlobStore(createMemoryMedium())
  const words = ['one ', 'two ', 'three ']
  for (const word of words) await write(two, word)
  await save(two, store)
  await claimAll(two, store)

  const [profile] = two.profiles
  const [, removed] = two.identities
  assert.ok(profile && removed)
  const power = { state: profile.authority.state, root: two.founded.rootSigner, rng: two.dice, nowMs: NOW_MS }
  const revocation = { deviceId: removed.deviceId, reason: 'stolen', admitted: new Map<never, never>() } as const
  const { entries } = await revokeDevice(power, revocation)
  await profile.authority.take(entries.map(({ bytes }) => bytes))
  await save(two, store)
  assert.equal(await framesIn(store), words.length)
  for (const one of two.profiles) await one.close()
})

async function write({ profiles: [profile] }: House, word: string): Promise<void> {
  assert.ok(profile)
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, word)
  await doc.durable()
}

async function save({ profiles: [profile], identities: [identity], ways }: House, store: BlobStore): Promise<void> {
  assert.ok(profile && identity)
  const memory = {
    known: knownAlone(undefined),
    heldHead: undefined,
    isTrusted: false,
    lost: new Set<never>(),
    garbage: [],
    snapshots: new SnapshotMemory(),
    saidHeads: new SaidHeads(),
  }
  await writeCopy({
    ...memory,
    store,
    profile,
    identity,
    ways: () => ways,
    medium: 'stick',
    onIncident: () => undefined,
    nowMs: NOW_MS,
  })
}

/** Keeps the first frame of each pack and says that it keeps all, while its signature still counts. */
async function claimAll({ identities: [, thief] }: House, store: BlobStore): Promise<void> {
  const copy = await readCopy(store)
  assert.ok(copy.ok && thief)
  const { head, headBytes, packs, authorityBlobs, read } = copy.value
  const claimed = await Promise.all(
    packs.map(async ({ blob, spans }) => {
      const [first] = parsePack((await store.getBlob(blob)) ?? new Uint8Array(0)) ?? []
      assert.ok(first)
      const { name } = await store.putBlob(first.bytes)
      return { blob: name, sizeBytes: first.bytes.length, spans }
    }),
  )
  const { name: packIndexBlob } = await store.putBlob(encodePackIndex({ authorityBlobs, packs: claimed }))
  const next = { ...head, gen: head.gen + 1, prev: hashId(headBytes), packIndexBlob, writer: thief.deviceId }
  const payload = encodeHead(next)
  const bytes = encodeSigned(payload, await signFor(thief.signer, 'head', payload))
  assert.equal(await store.casHead('profile', bytes, read.version), 'ok')
}

async function framesIn(store: BlobStore): Promise<number> {
  const copy = await readCopy(store)
  assert.ok(copy.ok)
  let frames = 0
  for await (const { docId } of copy.value.frames()) if (docId === DOC) frames++
  return frames
}
