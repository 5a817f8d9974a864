import { unlock } from '@cloudos/crypto/unlock'
import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { unsealVault } from '@cloudos/crypto/vault'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { Vault } from '@cloudos/protocol/vault'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { takeCopy } from '@cloudos/mesh/copy/take-copy'
import { findLie } from '@cloudos/mesh/copy/lie'
import type { Profile } from '@cloudos/mesh/profile'
import { keptOf, openKept } from '@cloudos/mesh/testing/profiles'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { stillClock } from '../protected-house.ts'
import type { Dump } from './layout.ts'
import type { RobbedProfile } from './robbed-profile.ts'

/** `fresh`: it knows nothing but a way in. `knowing`: it has the log and remembers the head, and has lost everything else. */
export type Reader = 'fresh' | 'knowing'

/** `state` is all of the profile that was opened, in one line. */
export type Opening =
  { readonly kind: 'refused'; readonly by: string } | { readonly kind: 'opened'; readonly state: string }

export interface OpeningParts {
  readonly reader: Reader
  readonly wayIn: WayIn
  /** Whether the reader knows which profile it looks for. */
  readonly expects: boolean
}

/** As a device that has only this medium opens it: head, log, way in, vault, and every frame of every pack. */
export async function openDump(robbed: RobbedProfile, dump: Dump, parts: OpeningParts): Promise<Opening> {
  try {
    return await tryToOpen(robbed, dump, parts)
  } catch (cause) {
    if (cause instanceof CloudError) return refused(cause.code)
    throw cause
  }
}

async function tryToOpen(
  robbed: RobbedProfile,
  dump: Dump,
  { reader, wayIn, expects }: OpeningParts,
): Promise<Opening> {
  const { founded, identities, entries, seen } = robbed
  const store = robbed.parts.storeOf(dump)
  const read = await readCopy(store, expects ? founded.profileId : undefined)
  if (!read.ok) return refused(read.error.kind === 'corrupt' ? read.error.part : read.error.kind)
  const copy = read.value
  const isKnowing = reader === 'knowing'
  if (isKnowing && findLie(copy, seen, store.capabilities.cas) !== undefined) return refused('rolled-back')
  const unlocked = await unlock(copy.profileId, copy.slots, wayIn)
  if (!unlocked.ok) return refused(unlocked.error)
  const vault = unsealVault(copy.profileId, unlocked.value.vaultKey, copy.sealedVault)
  if (!vault.ok) return refused('vault')

  const kept = keptOf(founded, identities.reader, createDice(1))
  kept.entries.splice(0, Infinity, ...(isKnowing ? entries : copy.entries))
  const profile = await openKept(kept, stillClock)
  try {
    await profile.authority.take(copy.entries)
    const { slotSetHash } = profile.authority.state
    if (isKnowing && hashSlotSet(copy.slots, hashId(copy.sealedVault)) !== slotSetHash) return refused('ways')
    const { damaged } = await takeCopy(copy, profile.replica, 'stick')
    if (damaged.length > 0) return refused('pack')
    const [incident] = kept.incidents
    if (incident !== undefined) return refused(incident.kind)
    return { kind: 'opened', state: stateOf(profile, vault.value) }
  } finally {
    await profile.close()
  }
}

function refused(by: string): Opening {
  return { kind: 'refused', by }
}

function stateOf({ authority, replica, membership }: Profile, vault: Vault): string {
  const { rootSeed, secretsKey, keyByEpoch, media, labelBySlot } = vault
  const { tip, slotSetHash, rootPublicKey, currentEpoch } = authority.state
  return JSON.stringify({
    secrets: [rootSeed, secretsKey, rootPublicKey].map(hexFromBytes),
    epochs: [currentEpoch, ...[...keyByEpoch].map(([epoch, key]) => epoch + hexFromBytes(key))],
    settings: [media.map(({ label, settings }) => label + hexFromBytes(settings)), [...labelBySlot]],
    log: [tip, slotSetHash, [...authority.entries().keys()].sort()],
    members: membership.members().map(({ deviceId, name, revoked }) => [deviceId, name, revoked]),
    documents: replica
      .docs()
      .map((doc) => [
        doc.docId,
        doc.ydoc.getText('text').toJSON(),
        doc.ydoc.getMap('settings').toJSON(),
        doc.ydoc.getMap('names').toJSON(),
        [...doc.heads()].sort(),
      ])
      .sort(),
  })
}
