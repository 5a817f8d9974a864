import type { RootPower } from '@cloudos/crypto/append-entries'
import { createSigner } from '@cloudos/crypto/signature'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import type { Profile } from '@cloudos/mesh/profile'
import type { EpochId } from '@cloudos/protocol/ids'
import type { Clock, Rng } from '@cloudos/protocol/ports'

export interface RootActsParts {
  readonly profile: Profile
  readonly rootSeed: Uint8Array
  readonly clock: Clock
  readonly rng: Rng
  /** Keeps the keys of new epochs durably, before anybody hears of them. */
  readonly keepKeys: (keyByEpoch: EpochKeys) => Promise<void>
}

export type EpochKeys = ReadonlyMap<EpochId, Uint8Array>

/** What the root signs in one act, and the keys of the epochs it begins. */
export interface RootAct {
  readonly entries: readonly VerifiedEntry[]
  readonly keyByEpoch?: EpochKeys
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
    const { profile, rootSeed, clock, rng, keepKeys } = this.#parts
    const power = { state: profile.authority.state, root: createSigner(rootSeed), rng, nowMs: clock.nowMs() }
    const { entries, keyByEpoch } = await make(power)
    if (keyByEpoch !== undefined) await keepKeys(keyByEpoch)
    const bytes = entries.map((entry) => entry.bytes)
    await profile.authority.take(bytes)
    return bytes
  }
}
