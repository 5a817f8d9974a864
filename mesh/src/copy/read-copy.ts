import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { verifyFor } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { decodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseHead } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import type { Hash, ProfileId } from '@cloudos/protocol/ids'
import { parsePackIndex } from '@cloudos/protocol/pack-index'
import type { Pack, PackIndex } from '@cloudos/protocol/pack-index'
import type { BlobStore, HeadRead } from '@cloudos/protocol/ports'
import { blobsOf, parseSnapshotList } from '@cloudos/protocol/snapshot-list'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { parseSigned } from '@cloudos/protocol/signed'
import type { Signed } from '@cloudos/protocol/signed'
import { AuthorityLog } from '../authority-log.ts'
import { findPacks } from './listed-packs.ts'
import { parsePack, unionOf } from './packs.ts'
import type { PackedFrame } from './packs.ts'
import { findBlob, findSnapshot, HEAD_NAME } from './store-blob.ts'

export type CopyPart = 'head' | 'pack-index' | 'authority' | 'ways' | 'vault' | 'pack'

export type CopyRefusal =
  | { readonly kind: 'nothing-there' }
  /** `part` is missing, damaged, or not what the profile's keys have signed; `object` is the blob that should hold it, where it has one. */
  | { readonly kind: 'corrupt'; readonly part: CopyPart; readonly object?: Hash }
  | { readonly kind: 'newer-version' }
  | { readonly kind: 'foreign-profile'; readonly profileId: ProfileId }

/** A profile as it lies on a medium: every signature holds, and the ways in are those that its log names last. */
export interface StoredCopy {
  readonly profileId: ProfileId
  /** The newest, where the medium keeps several. */
  readonly head: Head
  readonly headBytes: Uint8Array
  readonly slots: readonly Uint8Array[]
  readonly sealedVault: Uint8Array
  readonly entries: readonly Uint8Array[]
  readonly state: AuthorityState
  readonly authorityBlobs: readonly Hash[]
  readonly packs: readonly Pack[]
  readonly snapshotsBlobs: readonly Hash[]
  /** Of one document from the oldest to the newest. What the list says of them is its writer's claim. */
  readonly snapshots: readonly ListedSnapshot[]
  /** What the medium answered, for a writer that goes on from it. */
  readonly read: HeadRead
  /** Only their form is checked; a replica verifies each. A pack that is damaged is told and left out. */
  frames(onDamaged?: (blob: Hash) => void): AsyncIterable<PackedFrame>
  /** A listed snapshot's frames, nothing of them checked; `undefined` when one of them cannot be had. */
  readSnapshot(listed: ListedSnapshot): Promise<readonly Uint8Array[] | undefined>
}

/** Looks for a copy, of `expected` where that is given. Rejects only when the medium itself fails (`CloudError`, a `MediumFault`). */
export async function readCopy(store: BlobStore, expected?: ProfileId): Promise<Result<StoredCopy, CopyRefusal>> {
  const read = await store.readHead(HEAD_NAME)
  if (read === undefined) return err({ kind: 'nothing-there' })
  const opened = await Promise.all(read.heads.map((bytes) => openHead(store, bytes, expected)))
  const heads = opened.flatMap((one) => (one.ok ? [one.value] : []))
  heads.sort((a, b) => b.head.gen - a.head.gen || (a.head.packIndexBlob < b.head.packIndexBlob ? -1 : 1))
  const [first] = heads
  const refusal = opened.find((one) => !one.ok)
  // One head that cannot be read may be the newest: what stands beside it must not be taken for everything.
  if (refusal?.ok === false) return refusal
  return first === undefined ? err({ kind: 'nothing-there' }) : unite(store, read, [first, ...heads.slice(1)])
}

interface OpenHead {
  readonly signed: Signed<Head>
  readonly head: Head
  readonly bytes: Uint8Array
  readonly index: PackIndex
  readonly packs: readonly Pack[]
  readonly snapshots: readonly ListedSnapshot[]
  readonly entries: readonly Uint8Array[]
}

async function openHead(
  store: BlobStore,
  bytes: Uint8Array,
  expected: ProfileId | undefined,
): Promise<Result<OpenHead, CopyRefusal>> {
  const signed = parseSigned(bytes, parseHead)
  if (!signed.ok) return signed.error === 'newer-version' ? err({ kind: 'newer-version' }) : corrupt('head')
  const head = signed.value.value
  if (expected !== undefined && head.profileId !== expected)
    return err({ kind: 'foreign-profile', profileId: head.profileId })
  const indexBytes = await findBlob(store, head.packIndexBlob)
  const index = indexBytes && parsePackIndex(indexBytes)
  if (index?.ok === false && index.error === 'newer-version') return err({ kind: 'newer-version' })
  const packs = index?.ok ? findPacks(index.value.packs) : undefined
  if (!index?.ok || packs === undefined) return corrupt('pack-index', head.packIndexBlob)
  const { snapshotsBlob } = index.value
  const snapshots = snapshotsBlob === undefined ? [] : findSnapshots(await findBlob(store, snapshotsBlob))
  if (snapshots === undefined) return corrupt('pack-index', snapshotsBlob)
  const entries: Uint8Array[] = []
  for (const blob of index.value.authorityBlobs) {
    const found = findEntries(await findBlob(store, blob))
    if (found === undefined) return corrupt('authority', blob)
    entries.push(...found)
  }
  return ok({ signed: signed.value, head, bytes, index: index.value, packs, snapshots, entries })
}

function findSnapshots(bytes: Uint8Array | undefined): readonly ListedSnapshot[] | undefined {
  const parsed = bytes && parseSnapshotList(bytes)
  return parsed?.ok ? parsed.value.snapshots : undefined
}

function findEntries(bytes: Uint8Array | undefined): readonly Uint8Array[] | undefined {
  const decoded = bytes && decodeCbor(bytes)
  if (!decoded?.ok || !Array.isArray(decoded.value)) return undefined
  const items = decoded.value.filter((item) => item instanceof Uint8Array)
  return items.length === decoded.value.length ? items : undefined
}

async function unite(
  store: BlobStore,
  read: HeadRead,
  heads: readonly [OpenHead, ...OpenHead[]],
): Promise<Result<StoredCopy, CopyRefusal>> {
  const [{ head: newest, bytes: headBytes }] = heads
  const { profileId } = newest
  const entries = heads.flatMap((head) => head.entries)
  const log = await openLog(profileId, entries)
  if (log === undefined) return corrupt('authority')
  const { state } = log
  for (const { signed, head } of heads) {
    const writer = state.deviceById.get(head.writer)
    const { payload, signature } = signed
    if (head.profileId !== profileId) return err({ kind: 'foreign-profile', profileId: head.profileId })
    if (!log.entries().has(head.authorityTip)) return corrupt('authority')
    if (writer === undefined || writer.revoked !== undefined) return corrupt('head')
    if (!(await verifyFor(writer.certificate.signPublicKey, 'head', payload, signature)))
      return corrupt(hashSlotSet(head.slots, head.vaultBlob) === state.slotSetHash ? 'head' : 'ways')
  }
  const named = heads.find(({ head }) => hashSlotSet(head.slots, head.vaultBlob) === state.slotSetHash)
  if (named === undefined) return corrupt('ways')
  const sealedVault = await findBlob(store, named.head.vaultBlob)
  if (sealedVault === undefined) return corrupt('vault', named.head.vaultBlob)
  const packs = unionOf(heads.map((head) => head.packs))
  return ok({
    profileId,
    head: newest,
    headBytes,
    slots: named.head.slots,
    sealedVault,
    entries: [...log.entries().values()],
    state,
    authorityBlobs: [...new Set(heads.flatMap(({ index }) => index.authorityBlobs))],
    packs,
    snapshots: [
      ...new Map(heads.flatMap((head) => head.snapshots).map((one) => [blobsOf(one).join(), one])).values(),
    ].sort((a, b) => a.takenAtMs - b.takenAtMs),
    snapshotsBlobs: heads.flatMap(({ index }) => index.snapshotsBlob ?? []),
    readSnapshot: (listed) => findSnapshot(store, listed),
    read,
    frames: (onDamaged) => framesOf(store, packs, onDamaged),
  })
}

/** Verified and folded, and kept nowhere. */
async function openLog(profileId: ProfileId, entries: readonly Uint8Array[]): Promise<AuthorityLog | undefined> {
  try {
    return await AuthorityLog.open(profileId, {
      load: () => Promise.resolve({ entries, keyChanges: [] }),
      append: () => Promise.resolve(),
    })
  } catch (cause) {
    if (cause instanceof CloudError && cause.code === 'no-genesis') return undefined
    throw cause
  }
}

async function* framesOf(
  store: BlobStore,
  packs: readonly Pack[],
  onDamaged: ((blob: Hash) => void) | undefined,
): AsyncIterable<PackedFrame> {
  for (const { blob } of packs) {
    const bytes = await findBlob(store, blob)
    const frames = bytes && parsePack(bytes)
    if (frames === undefined) onDamaged?.(blob)
    else yield* frames
  }
}

function corrupt(part: CopyPart, object?: Hash): Result<never, CopyRefusal> {
  return err({ kind: 'corrupt', part, ...(object !== undefined && { object }) })
}
