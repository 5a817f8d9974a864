import { sealDevice } from '@cloudos/crypto/device-seal'
import { unsealVault } from '@cloudos/crypto/vault'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, Rng } from '@cloudos/protocol/ports'
import { parseSlot } from '@cloudos/protocol/slot'
import type { HeldProfile } from './held.ts'
import { findKeptProfile, keepSealed } from './keep.ts'
import type { KeepDatabase } from './keep.ts'
import type { RootActs } from './root-acts.ts'
import type { ProtectionView } from './status.ts'
import { findWays } from './vault-medium.ts'

export interface WaysDeskParts {
  readonly held: HeldProfile
  readonly keep: KeepDatabase
  readonly medium: BlobStore
  readonly profile: Profile
  readonly root: RootActs
  readonly rng: Rng
  readonly onChanged: () => void
}

/** How the profile opens in this browser: by itself, or with a passphrase. */
export class WaysDesk {
  readonly #parts: WaysDeskParts
  #view: ProtectionView

  static async open(parts: WaysDeskParts): Promise<WaysDesk> {
    const kept = await findKeptProfile(parts.keep)
    return new WaysDesk(parts, { phase: kept?.protection === 'sealed' ? 'protected' : 'none' })
  }

  private constructor(parts: WaysDeskParts, view: ProtectionView) {
    this.#parts = parts
    this.#view = view
  }

  get view(): ProtectionView {
    return this.#view
  }

  /** First the vault with its new slot, read back; only then does what opened by itself go. */
  async protect(slotBytes: Uint8Array): Promise<void> {
    const slot = parseSlot(slotBytes)
    if (this.#view.phase === 'protecting' || !slot.ok || slot.value.kind !== 'passphrase') return
    this.#show({ phase: 'protecting' })
    try {
      const ways = { slot: slot.value, label: 'Passphrase' }
      await this.#parts.root.act(() => Promise.resolve({ entries: [], ways }))
      await this.#readBack()
      await this.#seal()
      this.#show({ phase: 'protected' })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#show({ phase: 'failed', message: cause.message })
    }
  }

  async #readBack(): Promise<void> {
    const { medium, profile, held } = this.#parts
    const stored = await findWays(medium, profile.authority.state)
    const vault = stored && unsealVault(held.profileId, held.secrets.vaultKey, stored.sealedVault)
    if (vault?.ok !== true)
      throw new CloudError('vault-damaged', 'What was written could not be read back. Your profile opens as before.')
  }

  async #seal(): Promise<void> {
    const { keep, rng, held } = this.#parts
    const { profileId, secrets } = held
    const { signing, boxSecret, peerSeed } = secrets.keys
    const { recoverySeed, secretsKey } = secrets
    const seeds = { boxSecret, peerSeed, recoverySeed, ...(signing instanceof Uint8Array && { signSeed: signing }) }
    const sealedDevice = sealDevice(profileId, secretsKey, seeds, rng)
    const pair = signing instanceof Uint8Array ? undefined : signing
    await keepSealed(keep, { protection: 'sealed', profileId, signing: pair, sealedDevice })
  }

  #show(view: ProtectionView): void {
    this.#view = view
    this.#parts.onChanged()
  }
}
