import { createSigner } from '@cloudos/crypto/signature'
import { unsealVault } from '@cloudos/crypto/vault'
import type { WayIn } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore } from '@cloudos/protocol/ports'
import type { HeldProfile } from './held.ts'
import { findKeptProfile, keepAs } from './keep.ts'
import type { KeepDatabase } from './keep.ts'
import { createAuthorityStore } from './keep-ports.ts'
import { damageAmong, openWays } from './open-ways.ts'
import { slotSetsOf } from './slot-sets.ts'
import { readWays } from './vault-medium.ts'
import type { OpenRefusal } from './ways.ts'

/**
 * A browser that opens by itself gets no new root when a way in is revoked elsewhere: nobody was asked for a way in here. With one that
 * is left it takes the new secrets out of the vault that an agent has brought, and goes on opening by itself. `undefined` once it has
 * them; throws `CloudError` 'ways-behind' while no agent has brought that vault.
 */
export async function signInAgain(
  held: HeldProfile,
  { keep, medium }: { keep: KeepDatabase; medium: BlobStore },
  way: WayIn,
): Promise<OpenRefusal | undefined> {
  const { profileId } = held
  const log = await AuthorityLog.open(profileId, createAuthorityStore(keep))
  const found = await readWays(medium, slotSetsOf(log))
  if (found.kind === 'damaged') return damageAmong(profileId, found.slots, way)
  if (found.kind !== 'found') return { kind: found.kind }
  if (!found.isLast) throw behind()
  const opened = await openWays(profileId, found.ways.slots, way)
  if (!opened.ok) return opened.error
  const { vaultKey } = opened.value
  const vault = unsealVault(profileId, vaultKey, found.ways.sealedVault)
  if (!vault.ok) return { kind: 'corrupt-slot', ways: [] }
  const { rootSeed, secretsKey, keyByEpoch } = vault.value
  if (!equalBytes(createSigner(rootSeed).publicKey, log.state.rootPublicKey)) throw behind()
  if ((await findKeptProfile(keep))?.protection !== 'none')
    throw new CloudError('sealed-meanwhile', 'Another tab has protected this browser meanwhile. Lock it and unlock it.')
  const secrets = { ...held.secrets, rootSeed, secretsKey, vaultKey, keyByEpoch }
  await keepAs(keep, { protection: 'none', profileId, secrets })
  held.secrets = secrets
  return undefined
}

function behind(): CloudError {
  return new CloudError('ways-behind', 'The new ways in have not come from one of your devices yet. Connect this browser to one, and try again.') // prettier-ignore
}
