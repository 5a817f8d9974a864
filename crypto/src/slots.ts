import { concatBytes, equalBytes, utf8 } from '@cloudos/protocol/bytes'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { Hash, ProfileId } from '@cloudos/protocol/ids'
import { slotSetBytes } from '@cloudos/protocol/head'
import type { Rng } from '@cloudos/protocol/ports'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { encodeSlot, SLOT_KIND_CODES } from '@cloudos/protocol/slot'
import type { Slot, SlotWay } from '@cloudos/protocol/slot'
import { equalSecret } from './compare.ts'
import { domainPrefix, hashFor, hkdfSha256, hmacSha256 } from './hash.ts'
import { boxPublicKey, sealKey, unsealKey } from './seal-key.ts'
import type { WayIn } from './way-in.ts'

const COMMITMENT_BYTES = 16

/**
 * A slot for this way in. `not-deterministic`: asked twice, it answered differently, so it could never open the slot again; nothing was
 * kept. A slot counts once a SlotChange signed by the root names the set it is in.
 */
export async function createSlot(
  profileId: ProfileId,
  { wayIn, way, vaultKey, rng }: { wayIn: WayIn; way: SlotWay; vaultKey: Uint8Array; rng: Rng },
): Promise<Result<Slot, 'not-deterministic'>> {
  if (wayIn.kind !== way.kind) throw new RangeError('a slot of one kind and a way in of another')
  const lock = { ...way, nonce: rng.bytes(16) }
  const pepper = rng.bytes(32)
  const secret = await wayIn.secretFor(lock)
  if (wayIn.isAsked && !equalSecret(secret, await wayIn.secretFor(lock))) return err('not-deterministic')
  const keys = deriveKeys(profileId, { ...lock, pepper }, secret)
  const { keyCommitment, slotPublicKey } = keys
  keys.slotSecret.fill(0)
  const unsealed = { ...lock, pepper, keyCommitment, slotPublicKey, sealedVaultKey: NO_SEAL }
  return ok(reseal(profileId, unsealed, vaultKey, rng))
}

/** The vault key, given the secret of the way in, which is wiped. `wrong-way-in` may also be a slot whose nonce, pepper or commitment was changed. */
export function openSlot(
  profileId: ProfileId,
  slot: Slot,
  secret: Uint8Array,
): Result<Uint8Array, 'wrong-way-in' | 'corrupt-slot'> {
  const { keyCommitment, slotPublicKey, slotSecret } = deriveKeys(profileId, slot, secret)
  if (!equalSecret(keyCommitment, slot.keyCommitment)) return err('wrong-way-in')
  if (!equalBytes(slotPublicKey, slot.slotPublicKey)) return err('corrupt-slot')
  const vaultKey = unsealKey(sealContext(profileId, slot), slotSecret, slot.sealedVaultKey)
  slotSecret.fill(0)
  return vaultKey === undefined ? err('corrupt-slot') : ok(vaultKey)
}

/** The same slot for another vault key: needs nobody's way in. */
export function reseal<S extends Slot>(profileId: ProfileId, slot: S, vaultKey: Uint8Array, rng: Rng): S {
  return { ...slot, sealedVaultKey: sealKey(sealContext(profileId, slot), slot.slotPublicKey, vaultKey, rng) }
}

/** What a SlotChange entry names. */
export function hashSlotSet(slots: readonly Uint8Array[], vaultBlob: Hash): Hash {
  return idFromBytes('Hash', hashFor('slot', slotSetBytes(slots, vaultBlob)))
}

const NO_SEAL = new Uint8Array(80)

interface SlotKeys {
  readonly keyCommitment: Uint8Array
  readonly slotSecret: Uint8Array
  readonly slotPublicKey: Uint8Array
}

/** Both halves: without the pepper a way in is nothing, without a way in the pepper is nothing. Secrets of one kind have one length. */
function deriveKeys(profileId: ProfileId, lock: Pick<Slot, 'kind' | 'nonce' | 'pepper'>, secret: Uint8Array): SlotKeys {
  const info = concatBytes(domainPrefix('kek'), Uint8Array.of(SLOT_KIND_CODES[lock.kind]), bytesFromId(profileId))
  const material = concatBytes(secret, lock.pepper)
  const keyKey = hkdfSha256(material, lock.nonce, info, 32)
  const keyCommitment = hmacSha256(keyKey, domainPrefix('key-commit')).slice(0, COMMITMENT_BYTES)
  const slotSecret = hkdfSha256(keyKey, NO_SALT, domainPrefix('slot-key'), 32)
  for (const bytes of [secret, material, keyKey]) bytes.fill(0)
  return { keyCommitment, slotSecret, slotPublicKey: boxPublicKey(slotSecret) }
}

const NO_SALT = new Uint8Array(0)

/** Everything in the slot but the seal: a slot put together from two is refused, and so is one with other parameters. */
function sealContext(profileId: ProfileId, slot: Slot): Uint8Array {
  const unsealed = encodeSlot({ ...slot, sealedVaultKey: NO_SEAL })
  return concatBytes(utf8('vault-key\0'), bytesFromId(profileId), hashFor('slot', unsealed))
}
