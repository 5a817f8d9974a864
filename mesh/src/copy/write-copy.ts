import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { signFor } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { encodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { encodeHead, parseHead, READER_VERSION } from '@cloudos/protocol/head'
import { NO_HASH } from '@cloudos/protocol/ids'
import type { ChainKey, DocId, Hash } from '@cloudos/protocol/ids'
import { encodePackIndex } from '@cloudos/protocol/pack-index'
import { equalBytes } from '@cloudos/protocol/bytes'
import type { BlobStore, ConnectedBlobStore, HeadRead } from '@cloudos/protocol/ports'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import { blobsOf as blobsOfSnapshot, encodeSnapshotList } from '@cloudos/protocol/snapshot-list'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { OnIncident } from '../incident.ts'
import { shownName } from '../profile-doc/device-names.ts'
import { findProfileDoc } from '../profile-doc/profile-doc.ts'
import type { Profile } from '../profile.ts'
import { isLeftOf } from './broken-head.ts'
import { compact, hourOf, reliedOn } from './compact-copy.ts'
import type { SaidHeads } from './said-heads.ts'
import { sortSnapshots } from './kept-snapshots.ts'
import type { KeptSnapshot, SnapshotMemory, SortedSnapshots } from './kept-snapshots.ts'
import { DoubtedCopy } from './doubted-copy.ts'
import { believed, judgeHead, newestOwn, settledAt } from './lie.ts'
import type { KnownHeads, ShownHead } from './lie.ts'
import { listPacks } from './listed-packs.ts'
import { extendPacks } from './plan-copy.ts'
import { coveredBy, holdsAll, parsePack } from './packs.ts'
import type { Coverage } from './packs.ts'
import { readCopy } from './read-copy.ts'
import type { CopyRefusal, StoredCopy } from './read-copy.ts'
import { findBlob, HEAD_NAME, startSave, swapHead } from './store-blob.ts'
import type { Save } from './store-blob.ts'
import { takeCopy } from './take-copy.ts'

export interface CopyWork {
  readonly store: BlobStore & Pick<ConnectedBlobStore, 'torn'>
  readonly profile: Profile
  readonly identity: DeviceIdentity
  /** The ways in as this device last got them. */
  readonly ways: () => StoredWays | undefined
  /** A name for the medium in incidents. */
  readonly medium: string
  /** What this device remembers, durably, of the heads there, and what other devices had said of them before the medium is read. */
  readonly known: KnownHeads
  /** The newest head that this device remembers, where everything it leads to is here: what is damaged of it can be written anew. */
  readonly heldHead: Uint8Array | undefined
  /** The owner's word: what lies there is written over whatever it shows. The generation that is left out tells the other devices. */
  readonly isTrusted: boolean
  /** Packs found damaged: their frames are written again. */
  readonly lost: ReadonlySet<Hash>
  readonly snapshots: SnapshotMemory
  readonly saidHeads: SaidHeads
  readonly onIncident: OnIncident
  /** Blobs that an earlier head dropped: they go unless this one needs them. */
  readonly garbage: readonly Hash[]
  readonly nowMs: number
}

export interface WrittenCopy extends SeenHead {
  readonly headBytes: Uint8Array
  /** Objects that were damaged or lost there, and are whole again. */
  readonly mended: number
  /** As `OwnSightings`: for the memory of this device. */
  readonly settled: number
  readonly savedAtMs: number
  /** Packs that could not be read and hold frames this device has not got from anywhere. */
  readonly unread: number
  /** Blobs of the head before that the new one does not need; `undefined` when no new one was written. */
  readonly dropped: readonly Hash[] | undefined
  /** As `Compacted` tells. */
  readonly goesOn: boolean
  readonly answered: readonly KeptSnapshot[]
}

const ENTRIES_PER_BLOB_BYTES = 512 * 1024
const RACES_MAX = 8

/**
 * Brings a medium into step with the profile and answers the head that is there then: a new one only when something was missing. Throws
 * `CloudError`: a `MediumFault`, a `DoubtedCopy`, 'copy-damaged', 'copy-newer', 'foreign-profile', 'no-ways' or 'ways-behind';
 * in each case the head is what it was, or already the new one.
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
  const { copy: before, read, last, settled, isMended } = await readBefore(work)
  const unread = before === undefined ? 0 : await learnFrom(work, before)
  const { state } = profile.authority
  const ways = chooseWays(work, before)
  const lost = new Set([...work.lost, ...(before ? await findFalsePacks(work, before) : [])])
  const usable = before?.packs.filter(({ blob }) => !lost.has(blob)) ?? []
  const found = await sortSnapshots(work, before?.snapshots ?? [])
  const unreadable = new Set([...lost, ...found.missing.flatMap(blobsOfSnapshot)])
  const save = startSave(store, new Set(before && blobsOf(before).filter((blob) => !unreadable.has(blob))))
  const relied = await reliedOn(work, save, usable, found.kept)
  // What this device's own log stands on is there again, also where it could not be read.
  const sorted = { ...found, missing: found.missing.filter(({ blob }) => relied.every((one) => one.blob !== blob)) }
  const coverage = { packs: usable, snapshots: relied }
  const extended = await extendPacks(store, save, profile.replica, coverage, hourOf(work.nowMs))
  const { packs, snapshots, goesOn, answered } = await compact(work, save, extended.packs, { ...sorted, relied })
  assertNothingUncovered(coverage, { packs, snapshots: snapshots.filter(({ blob }) => isJudged(sorted, blob)) })
  const { added } = extended
  const onlyHead = before?.read.heads.length === 1 ? before.head : undefined
  const wholeHeads = onlyHead !== undefined && !lost.has(onlyHead.headsBlob) ? onlyHead.headsBlob : undefined
  const youngHeads = work.isTrusted ? undefined : work.saidHeads.findYoung(wholeHeads, work.nowMs)
  const snapshotList = snapshots.length === 0 ? undefined : encodeSnapshotList({ snapshots })
  const isWhole =
    !work.isTrusted &&
    work.lost.size === 0 &&
    before !== undefined &&
    onlyHead !== undefined &&
    (youngHeads !== undefined || !work.saidHeads.isBehind) &&
    added === 0 &&
    packs.length === before.packs.length &&
    (snapshotList && hashId(snapshotList)) === before.snapshotsBlobs[0] &&
    before.state.tip === state.tip &&
    before.entries.length === profile.authority.entries().size &&
    hashSlotSet(before.slots, before.head.vaultBlob) === state.slotSetHash
  if (isWhole)
    return {
      ...{ ...headOf(before), headBytes: before.headBytes, settled, savedAtMs: before.head.wallclockMs, unread },
      ...{ dropped: undefined, goesOn: false, mended: 0, answered },
    }
  const authorityBlobs = await storeEntries(save, [...profile.authority.entries().values()])
  const vaultBlob = await save.put(ways.sealedVault)
  const heads = youngHeads ?? (await save.put(encodeCbor(await profile.signedHeads())))
  const snapshotsBlob = snapshotList && (await save.put(snapshotList))
  const packIndexBlob = await save.put(
    encodePackIndex({ authorityBlobs, packs: listPacks(packs), ...(snapshotsBlob !== undefined && { snapshotsBlob }) }),
  )
  const gen = (last?.gen ?? 0) + (work.isTrusted && last !== undefined ? 2 : 1)
  const payload = encodeHead({
    profileId: state.profileId,
    gen,
    prev: last?.hash ?? NO_HASH,
    authorityTip: state.tip,
    vaultBlob,
    slots: ways.slots,
    packIndexBlob,
    headsBlob: heads,
    writer: work.identity.deviceId,
    wallclockMs: work.nowMs,
    // Dense packs; snapshots of several parts too.
    minReaderVersion: READER_VERSION,
  })
  const bytes = encodeSigned(payload, await signFor(work.identity.signer, 'head', payload))
  const needed = new Set<Hash>([
    vaultBlob,
    heads,
    packIndexBlob,
    ...(snapshotsBlob === undefined ? [] : [snapshotsBlob]),
    ...packs.map(({ blob }) => blob),
    ...snapshots.flatMap(blobsOfSnapshot),
    ...authorityBlobs,
  ])
  // Where the owner had to say a word, nothing is deleted: another device may have to look at what is there.
  const drop = work.isTrusted ? [] : work.garbage.filter((blob) => !needed.has(blob))
  if ((await swapHead(store, bytes, read, { blobs: save.blobs, drop })) === 'lost-race') return undefined
  work.saidHeads.wrote(heads, youngHeads !== undefined, work.nowMs)
  const dropped = before === undefined ? [] : blobsOf(before).filter((blob) => !needed.has(blob))
  const written = { gen, hash: hashId(bytes), headBytes: bytes, settled: work.isTrusted ? gen : settled }
  const stillLost = sorted.missing
    .filter(({ blob }) => snapshots.some((one) => one.blob === blob))
    .flatMap(blobsOfSnapshot)
  const mended = unread > 0 ? 0 : [...work.lost].filter((blob) => !stillLost.includes(blob)).length + (isMended ? 1 : 0)
  return { ...written, savedAtMs: work.nowMs, unread, dropped, goesOn, mended, answered }
}

interface Before {
  /** `undefined` where none lies, or where one is written anew. */
  readonly copy: StoredCopy | undefined
  readonly read: HeadRead | undefined
  /** The head that the next one replaces, or outbids. */
  readonly last: SeenHead | undefined
  readonly settled: number
  /** What led to the copy was broken, and is written anew. */
  readonly isMended: boolean
}

async function readBefore(work: CopyWork): Promise<Before> {
  const { store, profile, known, isTrusted } = work
  const found = await readCopy(store, profile.membership.profileId)
  if (!found.ok) return withoutCopy(work, found.error)
  const copy = found.value
  if (!isTrusted && !fits(work, copy)) {
    if (await isTornHeld(work)) return mending(work, copy.read)
    mustFit(work, copy)
  }
  const [shown, seen] = [headOf(copy), newestOwn(known)]
  const last = isTrusted && seen !== undefined && seen.gen > shown.gen ? { ...seen, hash: shown.hash } : shown
  const settled = settledAt(copy, known)
  return { copy, read: copy.read, last: isTrusted ? outbid(work, copy, last) : last, settled, isMended: false }
}

/** Nothing that opens lies there: it is empty, or what the head leads to is damaged or withheld. */
async function withoutCopy(work: CopyWork, refusal: CopyRefusal): Promise<Before> {
  const { store, known, heldHead, isTrusted } = work
  const { settled } = known.own
  const seen = newestOwn(known)
  if (refusal.kind === 'nothing-there') {
    if (!isTrusted && !fits(work, undefined)) {
      if (await isTornHeld(work)) return mending(work, undefined)
      mustFit(work, undefined)
    }
    return { copy: undefined, read: undefined, last: outbid(work, undefined, seen), settled, isMended: false }
  }
  const read = await store.readHead(HEAD_NAME)
  const [only, ...others] = read?.heads ?? []
  // A broken byte may also make it look like one of a later version or of another profile.
  if (!isTrusted && heldHead !== undefined && only !== undefined && others.length === 0)
    if (equalBytes(only, heldHead) || (isLeftOf(only, heldHead) && isNewest(work))) return mending(work, read)
  if (!isTrusted && (await isTornHeld(work))) return mending(work, read)
  if (!isTrusted || refusal.kind !== 'corrupt') throw refusalOf(refusal)
  const last = seen ?? (only && { gen: 1, hash: hashId(only) })
  return { copy: undefined, read, last: last && outbid(work, undefined, last), settled, isMended: false }
}

/** Everything of the newest head that was seen there is here: it is written anew as its successor. */
function mending({ known }: CopyWork, read: HeadRead | undefined): Before {
  return { copy: undefined, read, last: newestOwn(known), settled: known.own.settled, isMended: true }
}

/** The newest head that was seen there lies there torn, and the medium looks past it. */
async function isTornHeld(work: CopyWork): Promise<boolean> {
  const { store, heldHead } = work
  if (heldHead === undefined || !isNewest(work)) return false
  const torn = (await store.torn?.find(HEAD_NAME)) ?? []
  return torn.length === 1 && torn.every((bytes) => isLeftOf(bytes, heldHead))
}

/** No other device was shown a newer head there. */
function isNewest({ known }: CopyWork): boolean {
  const newest = newestOwn(known)?.gen ?? 0
  return believed(undefined, known).every(({ gen }) => gen <= newest)
}

function fits({ store, known }: CopyWork, shown: ShownHead | undefined): boolean {
  return judgeHead(shown, known, store.capabilities.cas) === undefined
}

/** With the highest generation that any device was shown: what comes after it is older for nobody. */
function outbid({ known }: CopyWork, shown: ShownHead | undefined, last: SeenHead | undefined): SeenHead | undefined {
  const [highest] = believed(shown, known)
  if (highest === undefined || (last !== undefined && last.gen >= highest.gen)) return last
  return { gen: highest.gen, hash: last?.hash ?? highest.hash }
}

/** Throws `DoubtedCopy` when what the medium shows contradicts what it has shown to this device or another. */
function mustFit({ store, profile, medium, known }: CopyWork, shown: ShownHead | undefined): void {
  const finding = judgeHead(shown, known, store.capabilities.cas)
  if (finding === undefined) return
  const { kind, deviceId } = finding
  const member = deviceId && profile.membership.member(deviceId)
  throw new DoubtedCopy(kind, medium, member && shownName(findProfileDoc(profile.replica)?.ydoc, member))
}

/** What another device has written there comes here too: its entries, and the frames this device lacks. Resolves with how many packs it could not have. */
async function learnFrom({ profile, medium }: CopyWork, before: StoredCopy): Promise<number> {
  await profile.authority.take(before.entries)
  // What a removed device lists as snapshots nobody stands on: its word counts for nothing.
  const copy = isByRemoved(profile, before) ? { ...before, snapshots: [] } : before
  const covered = coveredBy(copy)
  const lacks = (docId: DocId, chain: ChainKey): boolean => {
    const doc = profile.replica.docs().find((one) => one.docId === docId)
    return (doc?.heads().get(chain)?.seq ?? 0) < covered(docId, chain)
  }
  const isBehind =
    copy.packs.some(({ spans }) => spans.some(({ docId, chain }) => lacks(docId, chain))) ||
    copy.snapshots.some(({ docId, covers }) => [...covers.keys()].some((chain) => lacks(docId, chain)))
  return isBehind ? (await takeCopy(copy, profile.replica, medium)).damaged.length : 0
}

function isByRemoved({ authority }: Profile, { read }: StoredCopy): boolean {
  return read.heads.some((bytes) => {
    const signed = parseSigned(bytes, parseHead)
    return signed.ok && authority.state.deviceById.get(signed.value.value.writer)?.revoked !== undefined
  })
}

/**
 * A device that has been removed may have shown an old log and an index of its own. What such an index says of its packs is read after:
 * frames that it only claims to hold would else never be written. The same holds for what had to be trusted by the owner's word.
 */
async function findFalsePacks({ store, profile, isTrusted }: CopyWork, before: StoredCopy): Promise<readonly Hash[]> {
  const falsePacks: Hash[] = []
  for (const pack of isTrusted || isByRemoved(profile, before) ? before.packs : []) {
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

function blobsOf({ head, authorityBlobs, packs, snapshots, snapshotsBlobs }: StoredCopy): readonly Hash[] {
  const named = [head.vaultBlob, head.headsBlob, head.packIndexBlob, ...authorityBlobs, ...snapshotsBlobs]
  return [...named, ...packs.map(({ blob }) => blob), ...snapshots.flatMap(blobsOfSnapshot)]
}

function isJudged({ carried, missing }: SortedSnapshots, blob: Hash): boolean {
  return [...carried, ...missing].every((one) => one.blob !== blob)
}

/** A mistake in what is given up must not reach a medium. */
function assertNothingUncovered(before: Coverage, after: Coverage): void {
  const [then, now] = [coveredBy(before), coveredBy(after)]
  const spans = before.packs.flatMap((pack) => pack.spans)
  const inSnapshots = before.snapshots.flatMap(({ docId, covers }) =>
    [...covers.keys()].map((chain) => ({ docId, chain })),
  )
  for (const { docId, chain } of [...spans, ...inSnapshots])
    if (now(docId, chain) < then(docId, chain)) throw new Error(`a copy would lose frames of document ${docId}`)
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
