import { placeAfter } from '@cloudos/crypto/append-entries'
import type { RootPower } from '@cloudos/crypto/append-entries'
import { rotateRecovery } from '@cloudos/crypto/change-authority'
import { revokeSlot, saveSlots } from '@cloudos/crypto/change-slots'
import type { OpenProfile, SlotChangeSet } from '@cloudos/crypto/change-slots'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { recoverySeedFrom } from '@cloudos/crypto/phrase'
import { createSigner } from '@cloudos/crypto/signature'
import type { Signer } from '@cloudos/crypto/signature'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import type { Profile } from '@cloudos/mesh/profile'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { EpochId } from '@cloudos/protocol/ids'
import type { BlobStore, Clock, Rng } from '@cloudos/protocol/ports'
import type { Leaving } from '@cloudos/protocol/way-commands'
import type { HeldProfile } from './held.ts'
import type { ProfileSecrets } from './keep.ts'
import { openWaysNow, slotPublicKeyFrom, withChange } from './changed-ways.ts'
import type { WaysChange } from './changed-ways.ts'
import { slotSetsOf } from './slot-sets.ts'
import { findWays, settleWays, stageWays } from './vault-medium.ts'

export interface RootActsParts {
  readonly profile: Profile
  readonly identity: DeviceIdentity
  readonly held: HeldProfile
  readonly medium: BlobStore
  readonly clock: Clock
  readonly rng: Rng
  /** Keeps the keys of new epochs durably where no vault does. */
  readonly keepKeys: (keyByEpoch: EpochKeys) => Promise<void>
  /** Other ways in, or another vault, are in force. */
  readonly onWays?: (ways: SlotChangeSet) => void
}

export type EpochKeys = ReadonlyMap<EpochId, Uint8Array>

/** What the root signs in one act, the keys of the epochs it begins, and how the ways in change with it. */
export interface RootAct {
  readonly entries: readonly VerifiedEntry[]
  readonly keyByEpoch?: EpochKeys
  readonly ways?: WaysChange
}

/** In the place of the recovery words there were, whose own key agrees to it. */
export interface NewWords {
  readonly oldRecovery: Signer
  /** The entropy of the new ones. */
  readonly phrase: Uint8Array
}

/** The root key in use, one act after the other: two at once would fork the authority log. */
export class RootActs {
  readonly #parts: RootActsParts
  #last: Promise<unknown> = Promise.resolve()
  #made: { readonly rootSeed: Uint8Array; readonly signer: Signer } | undefined

  constructor(parts: RootActsParts) {
    this.#parts = parts
  }

  /** Resolves with the new entries once they are durable here and on their way to the other devices. */
  act(make: (power: RootPower) => Promise<RootAct>): Promise<readonly Uint8Array[]> {
    return this.#inTurn(() => this.#act(make))
  }

  /** What an act would bring, with the vault that fits it, for another device to put in force. `undefined` where no vault is. */
  handOver(make: (power: RootPower) => Promise<RootAct>): Promise<Leaving | undefined> {
    return this.#inTurn(async () => {
      const power = this.#power()
      const { entries, keyByEpoch = new Map<EpochId, Uint8Array>() } = await make(power)
      const change = await this.#sealVault(power, entries, keyByEpoch, undefined)
      if (change === undefined) return undefined
      const { slots, sealedVault } = change
      return { entries: [...entries, ...change.entries].map(({ bytes }) => bytes), slots, sealedVault }
    })
  }

  /** For what the root signs outside the log. */
  sign<T>(make: (power: RootPower) => Promise<T>): Promise<T> {
    return this.#inTurn(() => make(this.#power()))
  }

  /**
   * Takes a way in out for good: new vault key, root and epoch in one append. `prepare` makes the new secrets durable before the log
   * has them, beside those of before. With `words` the recovery key changes in the same append.
   */
  revokeWay(name: string, prepare: (secrets: ProfileSecrets) => Promise<void>, words?: NewWords): Promise<void> {
    return this.#inTurn(() => this.#revokeWay(name, prepare, words))
  }

  /** Does nothing else with the root while `work` goes on. */
  alone(work: () => Promise<void>): Promise<void> {
    return this.#inTurn(work)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const working = this.#last.then(work)
    this.#last = working.catch(() => undefined)
    return working
  }

  /** Another browser has made a new root: this one signs nothing until it has it. */
  get isReplaced(): boolean {
    return !equalBytes(this.#signer().publicKey, this.#parts.profile.authority.state.rootPublicKey)
  }

  #signer(): Signer {
    const { rootSeed } = this.#parts.held.secrets
    if (this.#made?.rootSeed !== rootSeed) this.#made = { rootSeed, signer: createSigner(rootSeed) }
    return this.#made.signer
  }

  #power(): RootPower {
    const { profile, clock, rng } = this.#parts
    const { state } = profile.authority
    const root = this.#signer()
    if (this.isReplaced)
      throw new CloudError(
        'root-replaced',
        'A way in was revoked in another browser, and with it the key this one would sign with. Lock and unlock this browser first; if it opens by itself, sign in again in Settings.',
      )
    return { state, root, rng, nowMs: clock.nowMs() }
  }

  async #act(make: (power: RootPower) => Promise<RootAct>): Promise<readonly Uint8Array[]> {
    const { profile, keepKeys } = this.#parts
    const power = this.#power()
    const { entries, keyByEpoch = new Map<EpochId, Uint8Array>(), ways } = await make(power)
    // The vault follows every new key before anybody hears of it.
    const change = await this.#sealVault(power, entries, keyByEpoch, ways)
    if (keyByEpoch.size > 0) await keepKeys(keyByEpoch)
    const bytes = [...entries, ...(change?.entries ?? [])].map((entry) => entry.bytes)
    await profile.authority.take(bytes)
    await this.#settle(change)
    return bytes
  }

  /** The vault and the entries that put it in force; `undefined` where nothing of it changes. */
  async #sealVault(
    power: RootPower,
    entries: readonly VerifiedEntry[],
    keyByEpoch: EpochKeys,
    ways: WaysChange | undefined,
  ): Promise<SlotChangeSet | undefined> {
    const { profile, held, medium } = this.#parts
    const { state } = power
    const stored = await findWays(medium, slotSetsOf(profile.authority))
    if (ways === undefined && (stored === undefined || keyByEpoch.size === 0)) return undefined
    const now = openWaysNow({ profile, secrets: held.secrets, stored, keyByEpoch })
    const after = { ...state, ...placeAfter(state, entries), ...(entries.length > 0 && { toAppend: [] }) }
    const change = await saveSlots({ ...power, state: after }, ways === undefined ? now : withChange(now, ways))
    await this.#stage(change, power.nowMs)
    return change
  }

  async #revokeWay(
    name: string,
    prepare: (secrets: ProfileSecrets) => Promise<void>,
    words: NewWords | undefined,
  ): Promise<void> {
    const { profile, held, medium } = this.#parts
    const power = this.#power()
    const stored = await findWays(medium, slotSetsOf(profile.authority))
    const open = openWaysNow({ profile, secrets: held.secrets, stored, keyByEpoch: new Map() })
    const handover = words === undefined ? [] : [await handOverRecovery(power, words)]
    const now = words === undefined ? open : withoutWallet(open)
    const after = { ...power.state, ...placeAfter(power.state, handover) }
    const revoked = await revokeSlot({ ...power, state: after }, now, slotPublicKeyFrom(name))
    if (!revoked.ok)
      throw new CloudError(
        'newer-version',
        'One of the ways in was made by a newer CloudOS and would be lost. Update CloudOS and try again.',
      )
    const { vault, vaultKey } = revoked.value.open
    const { rootSeed, secretsKey, keyByEpoch } = vault
    const phrase = words?.phrase
    const secrets = { ...held.secrets, rootSeed, secretsKey, keyByEpoch, vaultKey, ...(phrase && { phrase }) }
    await this.#stage(revoked.value, power.nowMs)
    await prepare(secrets)
    await profile.authority.take([...handover, ...revoked.value.entries].map((entry) => entry.bytes))
    held.secrets = secrets
    await this.#settle(revoked.value)
  }

  async #stage(change: SlotChangeSet, nowMs: number): Promise<void> {
    const { medium, identity, profile } = this.#parts
    const authorityTip = change.entries.at(-1)?.hash
    if (authorityTip === undefined) throw new RangeError('a change of slots without its entry')
    const { profileId } = profile.authority.state
    await stageWays(medium, identity, { profileId, ways: change, authorityTip }, nowMs)
  }

  async #settle(change: SlotChangeSet | undefined): Promise<void> {
    if (change === undefined) return
    await settleWays(this.#parts.medium)
    this.#parts.onWays?.(change)
  }
}

function handOverRecovery(power: RootPower, { oldRecovery, phrase }: NewWords): Promise<VerifiedEntry> {
  return rotateRecovery(power, oldRecovery, createSigner(recoverySeedFrom(phrase)).publicKey)
}

/** The new words yield another one; its address is known once they are written down. */
function withoutWallet(open: OpenProfile): OpenProfile {
  const { walletAddress: _, ...vault } = open.vault
  return { ...open, vault }
}
