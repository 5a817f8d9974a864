import { saveSlots } from '@cloudos/crypto/change-slots'
import { createSlot } from '@cloudos/crypto/slots'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { encodeSlot } from '@cloudos/protocol/slot'
import type { Slot } from '@cloudos/protocol/slot'
import type { Vault } from '@cloudos/protocol/vault'
import type { WayMaker } from '../ways/new-ways.ts'
import { makeProfile } from './found.ts'
import type { FoundingParts, MadeProfile } from './found.ts'
import type { HeldProfile } from './held.ts'
import { keepFounded } from './keep.ts'
import { keptSealed } from './kept-sealed.ts'
import { settleWays, stageWays } from './vault-medium.ts'

/**
 * A profile that opens with its way in from its first moment: no key of it ever lies here in the clear. Nothing is stored before the way
 * in has given the same answer twice; `CloudError` 'not-deterministic' when it does not.
 */
export async function foundSealed(
  parts: FoundingParts,
  mediumOf: (profileId: ProfileId) => Promise<ConnectedBlobStore>,
  wayFor: WayMaker,
): Promise<HeldProfile> {
  const { keep, rng, clock } = parts
  const made = await makeProfile(parts)
  const { held, identity, state, rootSigner } = made
  const { profileId, secrets } = held
  const { wayIn, way, label } = wayFor(profileId)
  const slot = await createSlot(profileId, { wayIn, way, vaultKey: secrets.vaultKey, rng })
  if (!slot.ok) throw new CloudError(slot.error, 'It answers differently each time, so it could not open your profile again. Nothing was kept.') // prettier-ignore
  const nowMs = clock.nowMs()
  const vault = firstVault(made, slot.value, label, nowMs)
  const open = { slots: [encodeSlot(slot.value)], vault, vaultKey: secrets.vaultKey }
  const ways = await saveSlots({ state, root: rootSigner, rng, nowMs }, open)
  const entries = [...made.entries, ...ways.entries]
  const authorityTip = entries.at(-1)?.hash
  if (authorityTip === undefined) throw new RangeError('a profile without entries')
  await using medium = await mediumOf(profileId)
  await stageWays(medium, identity, { profileId, ways, authorityTip }, nowMs)
  const isFirst = await keepFounded(keep, keptSealed(held, rng), entries.map(({ bytes }) => bytes)) // prettier-ignore
  if (!isFirst) throw new CloudError('profile-exists', 'Another tab has just made a profile in this browser. Reload this page to open it.') // prettier-ignore
  await settleWays(medium)
  return held
}

function firstVault({ held: { secrets } }: MadeProfile, slot: Slot, label: string, nowMs: number): Vault {
  const { rootSeed, secretsKey, keyByEpoch } = secrets
  const name = hexFromBytes(slot.slotPublicKey)
  return {
    rootSeed,
    secretsKey,
    keyByEpoch,
    media: [],
    labelBySlot: new Map([[name, label]]),
    addedMsBySlot: new Map([[name, nowMs]]),
  }
}
