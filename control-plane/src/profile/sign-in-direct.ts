import type { WayIn } from '@cloudos/crypto/way-in'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { refusalOf } from '@cloudos/mesh/copy/write-copy'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import type { Result } from '@cloudos/protocol/result'
import type { DirectPlace } from '../state/profile-direct.svelte.ts'
import type { SeenCopy } from '../state/profile-elsewhere.svelte.ts'
import { createDeviceKeys } from './device-keys.ts'
import type { DirectAccess } from './direct-copy.ts'
import { directSpelling } from './direct-place.ts'
import { sealToken } from './direct-token.ts'
import type { HeldProfile } from './held.ts'
import { keepDirect } from './keep.ts'
import { lookAt } from './seen-copy.ts'
import { signInFrom } from './sign-in.ts'
import type { SignInParts } from './sign-in.ts'
import type { OpenRefusal } from './ways.ts'

/** What lies there. Rejects with `CloudError`; nothing is written there. */
export async function lookThere(connect: DirectAccess['connect'], { where, token }: DirectPlace): Promise<SeenCopy> {
  await using store = await connect(where, token)
  const read = await readCopy(store)
  if (!read.ok) throw refusalOf(read.error)
  const { profileId, slots, sealedVault, entries } = read.value
  return await lookAt({ profileId, slots, sealedVault, entries })
}

/** Opens the copy and keeps the profile here, with it as the place that this browser saves to from now on. */
export async function signInDirect(
  place: DirectPlace,
  copy: SealedCopy,
  { way, ...parts }: Omit<SignInParts, 'keys' | 'agent'> & { readonly way: WayIn },
): Promise<Result<HeldProfile, OpenRefusal>> {
  const { keep, rng } = parts
  const keys = await createDeviceKeys(rng)
  const signed = await signInFrom(copy, way, { ...parts, keys, agent: { is: 'none' } })
  if (!signed.ok) return signed
  const where = directSpelling(place.where)
  const sealed = place.remember && { sealedToken: sealToken(keys.boxSecret, where, place.token, rng) }
  await keepDirect(keep, { where, ...sealed })
  return signed
}
