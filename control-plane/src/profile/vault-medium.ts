import type { SlotChangeSet } from '@cloudos/crypto/change-slots'
import type { AuthorityState } from '@cloudos/crypto/authority-state'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { signFor, verifyFor } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { encodeCbor } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { encodeHead, parseHead, READER_VERSION } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import { NO_HASH } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'

/** The ways in as they lie on a medium: useless to who has none of them. */
export interface StoredWays {
  readonly slots: readonly Uint8Array[]
  readonly sealedVault: Uint8Array
}

/*
 * The authority log and the head lie in different places and cannot change as one. So the new head is written beside the old, then the
 * log is appended, then the new head takes the old one's place: at any moment one of the two is what the log's last SlotChange names.
 */
const CURRENT = 'profile'
const NEXT = 'profile-next'

/** Puts the ways in beside those in force. They count once the log has `change.entries`. */
export async function stageWays(
  medium: BlobStore,
  { deviceId, signer }: DeviceIdentity,
  { profileId }: AuthorityState,
  change: SlotChangeSet,
  nowMs: number,
): Promise<void> {
  const last = change.entries.at(-1)
  if (last === undefined) throw new RangeError('a change of slots without its entry')
  const before = await readHead(medium, CURRENT)
  const nothing = await putBlob(medium, encodeCbor([]))
  const payload = encodeHead({
    profileId,
    gen: (before?.head.gen ?? 0) + 1,
    prev: before === undefined ? NO_HASH : hashId(before.bytes),
    authorityTip: last.hash,
    vaultBlob: await putBlob(medium, change.sealedVault),
    slots: change.slots,
    // Frames are not packed for this medium: the browser keeps them as they are.
    packIndexBlob: nothing,
    headsBlob: nothing,
    writer: deviceId,
    wallclockMs: nowMs,
    minReaderVersion: READER_VERSION,
  })
  await putHead(medium, NEXT, encodeSigned(payload, await signFor(signer, 'head', payload)))
}

/** The staged ways in take the place of those before. */
export async function settleWays(medium: BlobStore): Promise<void> {
  const next = await readHead(medium, NEXT)
  if (next !== undefined) await putHead(medium, CURRENT, next.bytes)
}

/**
 * The ways in that the log's last SlotChange names, in a head signed by a device of the profile. Throws `CloudError` 'ways-damaged' when
 * the log names some and the medium has none of them: a copy put back, or tampered with.
 */
export async function findWays(medium: BlobStore, state: AuthorityState): Promise<StoredWays | undefined> {
  if (state.slotSetHash === undefined) return undefined
  for (const name of [CURRENT, NEXT]) {
    const stored = await readHead(medium, name)
    if (stored === undefined || !(await holds(stored, state))) continue
    const sealedVault = await medium.getBlob(stored.head.vaultBlob)
    if (sealedVault !== undefined) return { slots: stored.head.slots, sealedVault }
  }
  throw new CloudError(
    'ways-damaged',
    'What unlocks your profile in this browser was damaged or replaced by an older copy. Nothing was opened or deleted.',
  )
}

interface StoredHead {
  readonly head: Head
  readonly bytes: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

async function holds({ head, payload, signature }: StoredHead, state: AuthorityState): Promise<boolean> {
  const writer = state.deviceById.get(head.writer)
  if (head.profileId !== state.profileId || writer === undefined || writer.revoked !== undefined) return false
  if (hashSlotSet(head.slots, head.vaultBlob) !== state.slotSetHash) return false
  return verifyFor(writer.certificate.signPublicKey, 'head', payload, signature)
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
