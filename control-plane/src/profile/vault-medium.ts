import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { signFor, verifyFor } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { encodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { encodeHead, FIRST_READER_VERSION, parseHead } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import { NO_HASH } from '@cloudos/protocol/ids'
import type { Hash, ProfileId } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { SlotSets } from './slot-sets.ts'

/*
 * The authority log and the head lie in different places and cannot change as one. So the new head is written beside the old, then the
 * log is appended, then the new head takes the old one's place: at any moment one of the two is what the log's last SlotChange names.
 */
const CURRENT = 'profile'
const NEXT = 'profile-next'

/** Puts the ways in beside those in force. They count once the log has an entry that names them; `authorityTip` is the last one then. */
export async function stageWays(
  medium: BlobStore,
  { deviceId, signer }: DeviceIdentity,
  { profileId, ways, authorityTip }: { profileId: ProfileId; ways: StoredWays; authorityTip: Hash },
  nowMs: number,
): Promise<void> {
  const before = await readHead(medium, CURRENT)
  const nothing = await putBlob(medium, encodeCbor([]))
  const payload = encodeHead({
    profileId,
    gen: (before?.head.gen ?? 0) + 1,
    prev: before === undefined ? NO_HASH : hashId(before.bytes),
    authorityTip,
    vaultBlob: await putBlob(medium, ways.sealedVault),
    slots: ways.slots,
    // Frames are not packed for this medium: the browser keeps them as they are.
    packIndexBlob: nothing,
    headsBlob: nothing,
    writer: deviceId,
    wallclockMs: nowMs,
    minReaderVersion: FIRST_READER_VERSION,
  })
  await putHead(medium, NEXT, encodeSigned(payload, await signFor(signer, 'head', payload)))
}

/** The staged ways in take the place of those before. */
export async function settleWays(medium: BlobStore): Promise<void> {
  const next = await readHead(medium, NEXT)
  if (next !== undefined) await putHead(medium, CURRENT, next.bytes)
}

export type FoundWays =
  | { readonly kind: 'nothing-there' }
  /** A head of another profile. */
  | { readonly kind: 'wrong-medium' }
  /** The log names none of what lies here: a copy from elsewhere, or tampered with. `slots` are those of the newest head. */
  | { readonly kind: 'damaged'; readonly slots: readonly Uint8Array[] }
  /** `isLast`: the set in force. An older one still opens what it opened then. */
  | { readonly kind: 'found'; readonly ways: StoredWays; readonly isLast: boolean }

/** Looks for ways in that the log names, in a head signed by a device of the profile; the last ones rather than older ones. */
export async function readWays(medium: BlobStore, sets: SlotSets): Promise<FoundWays> {
  const heads = await Promise.all([CURRENT, NEXT].map((name) => readHead(medium, name)))
  const stored = heads.filter((head) => head !== undefined)
  const older: StoredWays[] = []
  for (const one of stored) {
    const hash = await findSlotSet(one, sets)
    const sealedVault = hash && (await medium.getBlob(one.head.vaultBlob))
    if (sealedVault === undefined) continue
    const ways = { slots: one.head.slots, sealedVault }
    if (hash === sets.state.slotSetHash) return { kind: 'found', ways, isLast: true }
    older.unshift(ways)
  }
  const [ways] = older
  if (ways !== undefined) return { kind: 'found', ways, isLast: false }
  const [newest] = stored
  if (newest === undefined) return (await hasHead(medium)) ? { kind: 'damaged', slots: [] } : { kind: 'nothing-there' }
  if (newest.head.profileId !== sets.state.profileId) return { kind: 'wrong-medium' }
  return { kind: 'damaged', slots: newest.head.slots }
}

/**
 * The ways in as they are now. `undefined` where the profile has none. Throws `CloudError`: 'ways-damaged' when the log names some and
 * the medium has none of them, 'ways-behind' when it has only older ones.
 */
export async function findWays(medium: BlobStore, sets: SlotSets): Promise<StoredWays | undefined> {
  if (sets.state.slotSetHash === undefined) return undefined
  const found = await readWays(medium, sets)
  if (found.kind !== 'found')
    throw new CloudError(
      'ways-damaged',
      'What unlocks your profile in this browser was damaged or replaced by a copy from elsewhere. Nothing was opened or deleted.',
    )
  if (!found.isLast)
    throw new CloudError(
      'ways-behind',
      'The ways in were changed in another browser, and this one has not got them yet. Connect it to a device of yours and try again.',
    )
  return found.ways
}

interface StoredHead {
  readonly head: Head
  readonly bytes: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** The set that a head holds, when the log names it and a device of the profile signed the head. */
async function findSlotSet({ head, payload, signature }: StoredHead, sets: SlotSets): Promise<Hash | undefined> {
  const { profileId, deviceById } = sets.state
  const writer = deviceById.get(head.writer)
  if (head.profileId !== profileId || writer === undefined || writer.revoked !== undefined) return undefined
  const hash = hashSlotSet(head.slots, head.vaultBlob)
  const signed = await verifyFor(writer.certificate.signPublicKey, 'head', payload, signature)
  return signed && sets.known.has(hash) ? hash : undefined
}

async function hasHead(medium: BlobStore): Promise<boolean> {
  return (await medium.readHead(CURRENT)) !== undefined || (await medium.readHead(NEXT)) !== undefined
}

async function readHead(medium: BlobStore, name: string): Promise<StoredHead | undefined> {
  const bytes = (await medium.readHead(name))?.heads[0]
  const signed = bytes && parseSigned(bytes, parseHead)
  return bytes === undefined || !signed?.ok ? undefined : { head: signed.value.value, bytes, ...signed.value }
}

async function putHead(medium: BlobStore, name: string, bytes: Uint8Array): Promise<void> {
  const outcome = await medium.casHead(name, bytes, (await medium.readHead(name))?.version)
  if (outcome !== 'ok') throw notWritten()
}

async function putBlob(medium: BlobStore, bytes: Uint8Array): Promise<Hash> {
  const { kind, name } = await medium.putBlob(bytes)
  if (kind !== 'stored') throw notWritten()
  return name
}

function notWritten(): CloudError {
  return new CloudError('browser-storage', 'This browser did not confirm that it has written the change. Try again.')
}
