import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { addDevice } from '@cloudos/crypto/change-authority'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { createSigner } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { unsealVault } from '@cloudos/crypto/vault'
import type { WayIn } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import type { CopyVisit } from '@cloudos/mesh/pairing/pair'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import { equalBytes, hexFromBytes } from '@cloudos/protocol/bytes'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { BlobStore, Clock, Rng } from '@cloudos/protocol/ports'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { Vault } from '@cloudos/protocol/vault'
import { identityFrom } from './device-keys.ts'
import type { HeldProfile } from './held.ts'
import { keepFounded } from './keep.ts'
import type { KeepDatabase, KeptKeys } from './keep.ts'
import { keptSealed } from './kept-sealed.ts'
import { damageAmong, openWays } from './open-ways.ts'
import { checkCertificate } from './sign-in-device.ts'
import { slotSetsOf } from './slot-sets.ts'
import { settleWays, stageWays } from './vault-medium.ts'
import type { OpenRefusal } from './ways.ts'

export interface SignInParts {
  readonly keep: KeepDatabase
  /** This browser's own, where the ways in will lie too. */
  readonly medium: BlobStore
  readonly rng: Rng
  readonly clock: Clock
  readonly deviceName: string
  /** Fresh, and those the place of the copy has been spoken with. */
  readonly keys: KeptKeys
  /** How the agent that showed the copy hears of it; rejects (`CloudError`) when it does not take what it is given. */
  readonly agent: CopyAgent
  /** Of the agent, when the copy is its own and no place's: it is no second source then. */
  readonly ownCopyOf?: string | undefined
  /** Whether this browser shall open by itself from now on, or with the profile's ways in. */
  readonly opensByItself: boolean
}

/** The agent that showed the copy. */
export type CopyAgent =
  /** A device of that profile: it takes the entries that let this browser in. */
  | { readonly is: 'member'; readonly submit: CopyVisit['submit'] }
  /** In no profile: this browser takes it into the one it has just opened. */
  | { readonly is: 'newcomer'; readonly offer: CopyVisit['offer'] }
  /** None: what lets this browser in goes to the place of the copy with the first save there. */
  | { readonly is: 'none' }

/**
 * "I have a profile already": opens a copy, lets this browser in as a device with new keys, and keeps the profile here. Nothing is kept
 * when it is refused or the agent does not take it. The copy MAY BE OLD: a single source cannot prove that it is the newest, so all that is done
 * on its word is to add this browser.
 */
export async function signInFrom(
  copy: SealedCopy,
  way: WayIn,
  parts: SignInParts,
): Promise<Result<HeldProfile, OpenRefusal>> {
  const { profileId, slots, sealedVault } = copy
  if (slots.length === 0 || copy.entries.length === 0) return err({ kind: 'nothing-there' })
  const log = await AuthorityLog.open(profileId, inMemory(copy.entries))
  if (!slotSetsOf(log).known.has(hashSlotSet(slots, hashId(sealedVault))))
    return err(await damageAmong(profileId, slots, way))
  const opened = await openWays(profileId, slots, way)
  if (!opened.ok) return opened
  const { vaultKey } = opened.value
  const vault = unsealVault(profileId, vaultKey, sealedVault)
  if (!vault.ok) return err({ kind: 'corrupt-slot', ways: [] })
  const { keys } = parts
  const identity = await identityFrom(keys)
  const witnesses = witnessesAmong(log, parts.ownCopyOf)
  await letIn(log, vault.value, identity, parts)
  const { rootSeed, secretsKey, keyByEpoch } = vault.value
  const held: HeldProfile = { profileId, secrets: { keys, rootSeed, secretsKey, vaultKey, keyByEpoch } }
  await keepHere(log, copy, { held, identity, witnesses }, parts)
  return ok(held)
}

/** Who was in before, and may know of something newer than the copy holds. */
function witnessesAmong({ state }: AuthorityLog, ownCopyOf: string | undefined): readonly DeviceId[] {
  return [...state.deviceById]
    .filter(([, { revoked, certificate }]) => !revoked && hexFromBytes(certificate.peerPublicKey) !== ownCopyOf)
    .map(([deviceId]) => deviceId)
}

async function letIn(
  log: AuthorityLog,
  { rootSeed, keyByEpoch }: Vault,
  identity: DeviceIdentity,
  parts: SignInParts,
): Promise<void> {
  const { rng, clock, deviceName, agent } = parts
  const root = createSigner(rootSeed)
  if (!equalBytes(root.publicKey, log.state.rootPublicKey))
    throw new CloudError(
      'copy-outdated',
      'This copy is from before a way in was revoked, and can let nobody in any more. Use a newer copy.',
    )
  const nowMs = clock.nowMs()
  const { profileId } = log.state
  const add = async (certificate: DeviceCertificate): Promise<readonly Uint8Array[]> => {
    const added = await addDevice({ state: log.state, root, rng, nowMs }, certificate, keyByEpoch)
    return added.map(({ bytes }) => bytes)
  }
  const own = await issueCertificate({
    profileId,
    identity,
    name: deviceName,
    class: 'browser',
    caps: ['approve'],
    challenge: rng.bytes(32),
    nowMs,
  })
  const entries = await add(own)
  if (agent.is === 'member') await agent.submit(entries)
  await log.take(entries)
  if (agent.is === 'newcomer')
    await agent.offer(profileId, async ({ handshake, certificate }) => {
      await log.take(await add(await checkCertificate(certificate, profileId, handshake.transcript)))
      return [...log.entries().values()]
    })
}

async function keepHere(
  log: AuthorityLog,
  ways: SealedCopy,
  { held, identity, witnesses }: { held: HeldProfile; identity: DeviceIdentity; witnesses: readonly DeviceId[] },
  { keep, medium, rng, clock, opensByItself }: SignInParts,
): Promise<void> {
  const { profileId, secrets } = held
  await stageWays(medium, identity, { profileId, ways, authorityTip: log.tip() }, clock.nowMs())
  await settleWays(medium)
  const kept = opensByItself ? ({ protection: 'none', profileId, secrets } as const) : keptSealed(held, rng)
  if (!(await keepFounded(keep, kept, [...log.entries().values()], witnesses)))
    throw new CloudError('profile-here', 'Another tab has just put a profile into this browser. Reload this page.')
}

function inMemory(entries: readonly Uint8Array[]) {
  return { load: () => Promise.resolve({ entries, keyChanges: [] }), append: () => Promise.resolve() }
}
