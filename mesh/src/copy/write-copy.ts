import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { signFor } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { encodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { encodeHead, parseHead, READER_VERSION } from '@cloudos/protocol/head'
import { NO_HASH } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { encodePackIndex } from '@cloudos/protocol/pack-index'
import type { BlobStore } from '@cloudos/protocol/ports'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { Profile } from '../profile.ts'
import { extendPacks } from './plan-copy.ts'
import { coveredBy, holdsAll, parsePack } from './packs.ts'
import { readCopy } from './read-copy.ts'
import type { CopyRefusal, StoredCopy } from './read-copy.ts'
import { findBlob, startSave, swapHead } from './store-blob.ts'
import type { Save } from './store-blob.ts'
import { takeCopy } from './take-copy.ts'

/** What this device remembers, durably, of the newest head it has seen on a medium. */
export interface SeenHead {
  readonly gen: number
  readonly hash: Hash
}

export interface CopyWork {
  readonly store: BlobStore
  readonly profile: Profile
  readonly identity: DeviceIdentity
  /** The ways in as this device last got them. */
  readonly ways: () => StoredWays | undefined
  /** A name for the medium in incidents. */
  readonly medium: string
  readonly seen: SeenHead | undefined
  /** Packs found damaged: their frames are written again. */
  readonly lost: ReadonlySet<Hash>
  /** Blobs that an earlier head dropped: they go unless this one needs them. */
  readonly garbage: readonly Hash[]
  readonly nowMs: number
}

export interface WrittenCopy extends SeenHead {
  readonly savedAtMs: number
  /** Packs that could not be read and hold frames this device has not got from anywhere. */
  readonly unread: number
  /** Blobs of the head before that the new one does not need; `undefined` when no new one was written. */
  readonly dropped: readonly Hash[] | undefined
}

const ENTRIES_PER_BLOB_BYTES = 512 * 1024
const RACES_MAX = 8

/**
 * Brings a medium into step with the profile and answers the head that is there then: a new one only when something was missing. Throws
 * `CloudError`: a `MediumFault`, 'copy-damaged', 'copy-newer', 'foreign-profile', 'rolled-back', 'no-ways' or 'ways-behind'; in each
 * case the head is what it was, or already the new one.
 */
export async function writeCopy(work: CopyWork): Promise<WrittenCopy> {
  for (let race = 0; race < RACES_MAX; race++) {
    const written = await tryToWrite(work)
    if (written !== undefined) return written
  }
  throw new CloudError('medium-busy', 'Other devices write to this medium all the time. It is tried again.')
}

/** `undefined` when another writer was faster: read again. */
async function tryToWrite(work: CopyWork): Promise<WrittenCopy | undefined> {
  const { store, profile } = work
  const before = await readBefore(work)
  const unread = before === undefined ? 0 : await learnFrom(work, before)
  const { state } = profile.authority
  const ways = chooseWays(work, before)
  const lost = new Set([...work.lost, ...(before ? await findFalsePacks(work, before) : [])])
  const usable = before?.packs.filter(({ blob }) => !lost.has(blob)) ?? []
  const save = startSave(store, new Set(before && blobsOf(before).filter((blob) => !lost.has(blob))))
  const { packs, added } = await extendPacks(store, save, profile.replica, usable)
  const isWhole =
    before?.read.heads.length === 1 &&
    added === 0 &&
    packs.length === before.packs.length &&
    before.state.tip === state.tip &&
    before.entries.length === profile.authority.entries().size &&
    hashSlotSet(before.slots, before.head.vaultBlob) === state.slotSetHash
  if (before !== undefined && isWhole)
    return { ...headOf(before), savedAtMs: before.head.wallclockMs, unread, dropped: undefined }
  const authorityBlobs = await storeEntries(save, [...profile.authority.entries().values()])
  const vaultBlob = await save.put(ways.sealedVault)
  const heads = await save.put(encodeCbor(await profile.signedHeads()))
  const packIndexBlob = await save.put(encodePackIndex({ authorityBlobs, packs }))
  const payload = encodeHead({
    profileId: state.profileId,
    gen: (before?.head.gen ?? 0) + 1,
    prev: before === undefined ? NO_HASH : hashId(before.headBytes),
    authorityTip: state.tip,
    vaultBlob,
    slots: ways.slots,
    packIndexBlob,
    headsBlob: heads,
    writer: work.identity.deviceId,
    wallclockMs: work.nowMs,
    minReaderVersion: READER_VERSION,
  })
  const bytes = encodeSigned(payload, await signFor(work.identity.signer, 'head', payload))
  const needed = new Set<Hash>([vaultBlob, heads, packIndexBlob, ...authorityBlobs, ...packs.map(({ blob }) => blob)])
  const drop = work.garbage.filter((blob) => !needed.has(blob))
  if ((await swapHead(store, bytes, before?.read, { blobs: save.blobs, drop })) === 'lost-race') return undefined
  const dropped = before === undefined ? [] : blobsOf(before).filter((blob) => !needed.has(blob))
  return { gen: (before?.head.gen ?? 0) + 1, hash: hashId(bytes), savedAtMs: work.nowMs, unread, dropped }
}

async function readBefore({ store, profile, seen, medium }: CopyWork): Promise<StoredCopy | undefined> {
  const read = await readCopy(store, profile.membership.profileId)
  if (!read.ok && read.error.kind !== 'nothing-there') throw refusalOf(read.error)
  const before = read.ok ? read.value : undefined
  if (seen === undefined || !isRolledBack(before, seen, store.capabilities.cas)) return before
  throw new CloudError(
    'rolled-back',
    `The medium ${medium} shows an older copy than this device has seen there. It was not overwritten. Remove it and add it again to use it from now on.`,
  )
}

/** Whether a medium shows less than it did: an older head, or another in the place of the one that was seen, where writers see each other. */
export function isRolledBack(copy: StoredCopy | undefined, seen: SeenHead, cas: boolean): boolean {
  const gen = copy?.head.gen ?? 0
  const isAnother = gen === seen.gen && !copy?.read.heads.some((bytes) => hashId(bytes) === seen.hash)
  return gen < seen.gen || (isAnother && cas)
}

/** What another device has written there comes here too: its entries, and the frames this device lacks. Resolves with how many packs it could not have. */
async function learnFrom({ profile, medium }: CopyWork, before: StoredCopy): Promise<number> {
  await profile.authority.take(before.entries)
  const covered = coveredBy(before.packs)
  const lacks = before.packs.some(({ spans }) =>
    spans.some(({ docId, chain }) => {
      const doc = profile.replica.docs().find((one) => one.docId === docId)
      return (doc?.heads().get(chain)?.seq ?? 0) < covered(docId, chain)
    }),
  )
  return lacks ? (await takeCopy(before, profile.replica, medium)).damaged.length : 0
}

/**
 * A device that has been removed may have shown an old log and an index of its own. What such an index says of its packs is read after:
 * frames that it only claims to hold would else never be written.
 */
async function findFalsePacks({ store, profile }: CopyWork, { read, packs }: StoredCopy): Promise<readonly Hash[]> {
  const { deviceById } = profile.authority.state
  const isByRemoved = read.heads.some((bytes) => {
    const signed = parseSigned(bytes, parseHead)
    return signed.ok && deviceById.get(signed.value.value.writer)?.revoked !== undefined
  })
  const falsePacks: Hash[] = []
  for (const pack of isByRemoved ? packs : []) {
    const bytes = await findBlob(store, pack.blob)
    const frames = bytes && parsePack(bytes)
    if (frames === undefined || !holdsAll(pack, frames)) falsePacks.push(pack.blob)
  }
  return falsePacks
}

function chooseWays({ profile, ways }: CopyWork, before: StoredCopy | undefined): StoredWays {
  const { slotSetHash } = profile.authority.state
  if (slotSetHash === undefined)
    throw new CloudError(
      'no-ways',
      'The profile has no way in yet. Protect it first: a copy that nothing opens is none.',
    )
  for (const one of [ways(), before])
    if (one !== undefined && hashSlotSet(one.slots, hashId(one.sealedVault)) === slotSetHash) return one
  throw new CloudError(
    'ways-behind',
    'This device has not got the newest ways in yet. Open a signed-in page that reaches it; the copy goes on by itself then.',
  )
}

async function storeEntries(save: Save, entries: readonly Uint8Array[]): Promise<readonly Hash[]> {
  const blobs: Hash[] = []
  let batch: Uint8Array[] = []
  let sizeBytes = 0
  for (const entry of entries) {
    if (sizeBytes + entry.length > ENTRIES_PER_BLOB_BYTES) {
      blobs.push(await save.put(encodeCbor(batch)))
      batch = []
      sizeBytes = 0
    }
    batch.push(entry)
    sizeBytes += entry.length
  }
  return [...blobs, await save.put(encodeCbor(batch))]
}

function headOf({ head, headBytes }: StoredCopy): SeenHead {
  return { gen: head.gen, hash: hashId(headBytes) }
}

function blobsOf({ head, authorityBlobs, packs }: StoredCopy): readonly Hash[] {
  return [head.vaultBlob, head.headsBlob, head.packIndexBlob, ...authorityBlobs, ...packs.map(({ blob }) => blob)]
}

/** The refusal in words for the person. */
export function refusalOf(refusal: CopyRefusal): CloudError {
  switch (refusal.kind) {
    case 'nothing-there':
      return new CloudError('nothing-there', 'No copy of a profile lies there.')
    case 'corrupt':
      return new CloudError(
        'copy-damaged',
        `The copy there is damaged (its ${refusal.part}${refusal.object === undefined ? '' : `, object ${refusal.object}`}). Nothing was opened or overwritten. Use another copy, or add an empty folder.`,
      )
    case 'newer-version':
      return new CloudError('copy-newer', 'The copy there was written by a newer CloudOS. Update this one.')
    case 'foreign-profile':
      return new CloudError('foreign-profile', 'Another profile lies there. It was not touched. Choose another place.')
  }
}
