import { placeAfter } from '@cloudos/crypto/append-entries'
import type { RootPower } from '@cloudos/crypto/append-entries'
import { saveSlots } from '@cloudos/crypto/change-slots'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { createSigner } from '@cloudos/crypto/signature'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import type { Profile } from '@cloudos/mesh/profile'
import type { EpochId } from '@cloudos/protocol/ids'
import type { BlobStore, Clock, Rng } from '@cloudos/protocol/ports'
import type { ProfileSecrets } from './keep.ts'
import { changedWays } from './changed-ways.ts'
import type { WaysChange } from './changed-ways.ts'
import { findWays, settleWays, stageWays } from './vault-medium.ts'

export interface RootActsParts {
  readonly profile: Profile
  readonly identity: DeviceIdentity
  readonly secrets: ProfileSecrets
  readonly medium: BlobStore
  readonly clock: Clock
  readonly rng: Rng
  /** Keeps the keys of new epochs durably where no vault does. */
  readonly keepKeys: (keyByEpoch: EpochKeys) => Promise<void>
}

export type EpochKeys = ReadonlyMap<EpochId, Uint8Array>

/** What the root signs in one act, the keys of the epochs it begins, and how the ways in change with it. */
export interface RootAct {
  readonly entries: readonly VerifiedEntry[]
  readonly keyByEpoch?: EpochKeys
  readonly ways?: WaysChange
}

/** The root key in use, one act after the other: two at once would fork the authority log. */
export class RootActs {
  readonly #parts: RootActsParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: RootActsParts) {
    this.#parts = parts
  }

  /** Resolves with the new entries once they are durable here and on their way to the other devices. */
  act(make: (power: RootPower) => Promise<RootAct>): Promise<readonly Uint8Array[]> {
    const acting = this.#last.then(() => this.#act(make))
    this.#last = acting.catch(() => undefined)
    return acting
  }

  async #act(make: (power: RootPower) => Promise<RootAct>): Promise<readonly Uint8Array[]> {
    const { profile, secrets, clock, rng, keepKeys, medium } = this.#parts
    const root = createSigner(secrets.rootSeed)
    const power = { state: profile.authority.state, root, rng, nowMs: clock.nowMs() }
    const { entries, keyByEpoch = new Map<EpochId, Uint8Array>(), ways } = await make(power)
    // The vault follows every new key before anybody hears of it.
    const sealing = await this.#sealVault(power, entries, keyByEpoch, ways)
    if (keyByEpoch.size > 0) await keepKeys(keyByEpoch)
    const bytes = [...entries, ...sealing].map((entry) => entry.bytes)
    await profile.authority.take(bytes)
    if (sealing.length > 0) await settleWays(medium)
    return bytes
  }

  /** The entries that put a new vault in force; none where nothing of it changes. */
  async #sealVault(
    power: RootPower,
    entries: readonly VerifiedEntry[],
    keyByEpoch: EpochKeys,
    ways: WaysChange | undefined,
  ): Promise<readonly VerifiedEntry[]> {
    const { profile, identity, secrets, medium } = this.#parts
    const { state } = power
    const stored = await findWays(medium, state)
    if (ways === undefined && (stored === undefined || keyByEpoch.size === 0)) return []
    const open = changedWays({ profile, secrets, stored, keyByEpoch, change: ways })
    const after = { ...state, ...placeAfter(state, entries), ...(entries.length > 0 && { toAppend: [] }) }
    const change = await saveSlots({ ...power, state: after }, open)
    await stageWays(medium, identity, state, change, power.nowMs)
    return change.entries
  }
}
