import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet, openSlot, reseal } from '@cloudos/crypto/slots'
import { PHRASE_BYTES, recoverySeedFrom } from '@cloudos/crypto/phrase'
import { createSigner } from '@cloudos/crypto/signature'
import type { Profile } from '@cloudos/mesh/profile'
import { equalBytes, hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, Clock, Rng } from '@cloudos/protocol/ports'
import type { Hash } from '@cloudos/protocol/ids'
import { parseSlot } from '@cloudos/protocol/slot'
import type { Slot } from '@cloudos/protocol/slot'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import { openVault } from './changed-ways.ts'
import type { HeldProfile } from './held.ts'
import { keptSealed, opensWith } from './kept-sealed.ts'
import { findKeptProfile, keepAs } from './keep.ts'
import type { KeepDatabase, KeptProfile, ProfileSecrets } from './keep.ts'
import type { NewWords, RootActs } from './root-acts.ts'
import { slotSetsOf } from './slot-sets.ts'
import type { ProtectionView } from './status.ts'
import { findWays, readWays } from './vault-medium.ts'
import { findWalletAddress, viewWays } from './view-ways.ts'
import { walletAddressOf } from './wallet-address.ts'
import { isGuarding } from './ways.ts'
import type { RemovalMode, WayView } from './ways.ts'

export interface WaysDeskParts {
  readonly held: HeldProfile
  readonly keep: KeepDatabase
  readonly medium: BlobStore
  readonly profile: Profile
  readonly root: RootActs
  /** Rejects (`CloudError`) while what opens the profile must not be changed. */
  readonly mayChange: () => Promise<void>
  readonly clock: Clock
  readonly rng: Rng
  readonly onChanged: () => void
  /** Every secret is another one: tabs that hold the old ones must get them anew. */
  readonly onRenewed: () => void
  /** What was asked is done here; it counts when others have been told too, as far as they are there. */
  readonly share: () => Promise<void>
}

/** What is asked of the ways in. */
export type WaysAsk =
  /** With a new slot, which tells nobody anything without its way in. */
  | { readonly ask: 'add'; readonly slot: Uint8Array; readonly label: string }
  /** `oldWords`: the entropy of the recovery words that are revoked; new ones take their place, and are to be written down. */
  | { readonly ask: 'remove'; readonly name: string; readonly mode: RemovalMode; readonly oldWords?: Uint8Array }
  /** This browser opens with the ways in there are, and not by itself. */
  | { readonly ask: 'seal' }
  | { readonly ask: 'open-by-itself' }
  /** A tab has brought the new secrets of a browser that opens by itself. */
  | { readonly ask: 'look-again' }

/** The ways into the profile, and how it opens in this browser: by itself, or with one of them. */
export class WaysDesk {
  readonly #parts: WaysDeskParts
  #view: ProtectionView
  #ways: readonly WayView[] = []
  #stored: StoredWays | undefined
  #setHere: Hash | undefined
  #walletAddress: string | undefined
  #derived: { readonly phrase: Uint8Array; readonly address: string } | undefined
  #last: Promise<unknown> = Promise.resolve()

  static async open(parts: WaysDeskParts): Promise<WaysDesk> {
    const kept = await findKeptProfile(parts.keep)
    const desk = new WaysDesk(parts, { phase: kept?.protection === 'sealed' ? 'protected' : 'none' })
    if (kept !== undefined) await desk.#finish(kept)
    await desk.refresh()
    return desk
  }

  private constructor(parts: WaysDeskParts, view: ProtectionView) {
    this.#parts = parts
    this.#view = view
  }

  get view(): ProtectionView {
    return this.#view
  }

  /** Whether the ways in that the log names last lie here: they may still be on their way from another browser. */
  get areHere(): boolean {
    return this.#setHere !== undefined && this.#setHere === this.#parts.profile.authority.state.slotSetHash
  }

  get ways(): readonly WayView[] {
    return this.#ways
  }

  /** Of the built-in wallet; `undefined` where the words were written down before it was noted. */
  get walletAddress(): string | undefined {
    return this.#walletAddress
  }

  /** As they lie here, sealed. */
  get stored(): StoredWays | undefined {
    return this.#stored
  }

  /** Rejects with `CloudError` when it was not done; then everything opens as before. */
  ask(asked: WaysAsk): Promise<void> {
    const acting = this.#last.then(() => this.#act(asked)).then(() => this.#parts.share())
    this.#last = acting.catch(() => undefined)
    return acting
  }

  /** Looks at the ways in again: they may have come from another browser. */
  async refresh(): Promise<void> {
    const { medium, profile, held } = this.#parts
    const found = await readWays(medium, slotSetsOf(profile.authority))
    this.#stored = found.kind === 'found' ? found.ways : undefined
    this.#ways = found.kind === 'found' ? viewWays(held, found.ways) : []
    this.#walletAddress =
      (found.kind === 'found' ? findWalletAddress(held, found.ways) : undefined) ?? (await this.#addressOfWords())
    this.#setHere = found.kind === 'found' ? hashSlotSet(found.ways.slots, hashId(found.ways.sealedVault)) : undefined
    this.#parts.onChanged()
  }

  /** While the words are here. */
  async #addressOfWords(): Promise<string | undefined> {
    const { phrase } = this.#parts.held.secrets
    if (phrase === undefined) return undefined
    if (this.#derived?.phrase !== phrase) this.#derived = { phrase, address: await walletAddressOf(phrase) }
    return this.#derived.address
  }

  async #act(asked: WaysAsk): Promise<void> {
    if (asked.ask === 'add' || asked.ask === 'remove') await this.#parts.mayChange()
    switch (asked.ask) {
      case 'add':
        return this.#add(asked.slot, asked.label)
      case 'remove':
        return this.#remove(asked)
      case 'seal':
        return this.#protect(() => Promise.resolve())
      case 'open-by-itself':
        return this.#openByItself()
      case 'look-again':
        return this.#lookAgain()
    }
  }

  async #lookAgain(): Promise<void> {
    const { held, keep } = this.#parts
    const kept = await findKeptProfile(keep)
    if (kept?.protection === 'none') held.secrets = kept.secrets
    await this.refresh()
    this.#parts.onRenewed()
  }

  async #add(bytes: Uint8Array, label: string): Promise<void> {
    const slot = parseSlot(bytes)
    if (!slot.ok) throw new CloudError('bad-slot', 'This tab and the one that leads are of two versions. Reload both.')
    const { root, clock, held, rng } = this.#parts
    // Asked of a leader that went away right after it had done it.
    if (this.#ways.some(({ name }) => name === hexFromBytes(slot.value.slotPublicKey))) return
    // The tab that made the slot may hold a vault key from before a revocation.
    const current = reseal(held.profileId, slot.value, held.secrets.vaultKey, rng)
    const walletAddress = current.kind === 'phrase' ? await this.#addressOfWords() : undefined
    const ways = {
      change: 'add',
      slot: current,
      label,
      addedMs: clock.nowMs(),
      ...(walletAddress && { walletAddress }),
    } as const
    const add = async (): Promise<void> => {
      await root.act(() => Promise.resolve({ entries: [], ways }))
      await this.#readBack()
    }
    if (isGuarding(slot.value.kind)) await this.#protect(add)
    else await add()
    if (current.kind === 'phrase') await this.#forgetWords(current)
    await this.refresh()
  }

  async #remove({ name, mode, oldWords }: Extract<WaysAsk, { ask: 'remove' }>): Promise<void> {
    const { root } = this.#parts
    if (!this.#ways.some((way) => way.name === name)) return
    const left = this.#ways.filter((way) => way.name !== name)
    const guarded = this.#view.phase === 'protected'
    if (left.length === 0 || (guarded && !left.some(({ kind }) => isGuarding(kind)))) throw lastWay(guarded)
    if (mode === 'retire') await root.act(() => Promise.resolve({ entries: [], ways: { change: 'retire', name } }))
    else await this.#revoke(name, oldWords && this.#newWords(oldWords))
    await this.refresh()
  }

  /** Throws `CloudError` 'wrong-words' for words that are not this profile's. */
  #newWords(oldWords: Uint8Array): NewWords {
    const { profile, rng } = this.#parts
    const oldRecovery = createSigner(recoverySeedFrom(oldWords))
    if (equalBytes(oldRecovery.publicKey, profile.authority.state.recoveryPublicKey))
      return { oldRecovery, phrase: rng.bytes(PHRASE_BYTES) }
    throw new CloudError('wrong-words', 'Those are words of another profile: each is right, and together they are not the ones of this one.') // prettier-ignore
  }

  async #revoke(name: string, words: NewWords | undefined): Promise<void> {
    const { root, held, keep, rng } = this.#parts
    const before = held.secrets
    const { profileId } = held
    const prepare = async (next: ProfileSecrets): Promise<void> => {
      // What is sealed opens with the key of before until it is sealed anew; what lies open needs both until the log decides.
      if (this.#view.phase !== 'protected') await keepAs(keep, { protection: 'none', profileId, secrets: before, next })
      // The log must not name words that nobody has.
      else if (words !== undefined)
        await keepAs(keep, keptSealed({ profileId, secrets: { ...before, phrase: words.phrase } }, rng))
    }
    await root.revokeWay(name, prepare, words)
    await this.#keep()
    this.#parts.onRenewed()
  }

  /** First the vault with its ways in, read back; only then does what opened by itself go. */
  async #protect(add: () => Promise<void>): Promise<void> {
    this.#show({ phase: 'protecting' })
    try {
      await add()
      const stored = await this.#readBack()
      if (!stored) throw new CloudError('no-way', 'There is no way in yet that could protect this browser. Add one.')
      await this.#keep('sealed')
      this.#show({ phase: 'protected' })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#show({ phase: 'failed', message: cause.message })
      throw cause
    }
  }

  async #openByItself(): Promise<void> {
    await this.#keep('none')
    this.#show({ phase: 'none' })
  }

  /** Whether there is a vault that opens. */
  async #readBack(): Promise<boolean> {
    const { medium, profile, held } = this.#parts
    const stored = await findWays(medium, slotSetsOf(profile.authority))
    return openVault(profile, held.secrets.vaultKey, stored) !== undefined
  }

  /** The words are known to be written down: they open the profile from now on, and lie nowhere. */
  async #forgetWords(slot: Slot): Promise<void> {
    const { held } = this.#parts
    const { phrase, ...rest } = held.secrets
    if (phrase === undefined || !openSlot(held.profileId, slot, phrase.slice()).ok) return
    held.secrets = rest
    await this.#keep()
    phrase.fill(0)
  }

  async #keep(protection: KeptProfile['protection'] = this.#view.phase === 'protected' ? 'sealed' : 'none') {
    const { keep, held, rng } = this.#parts
    const { profileId, secrets } = held
    await keepAs(keep, protection === 'none' ? { protection, profileId, secrets } : keptSealed(held, rng))
  }

  /** A revocation here or in another browser may have been cut short, or have changed the key that this browser is sealed with. */
  async #finish(kept: KeptProfile): Promise<void> {
    const { held, profile } = this.#parts
    await this.#finishRevocation(kept)
    const { phrase, ...rest } = held.secrets
    // Of a revocation that did not come about, or one that another browser has made: they are not the profile's words.
    if (phrase === undefined || isRecovery(phrase, profile.authority.state.recoveryPublicKey)) return
    held.secrets = rest
    await this.#keep()
  }

  async #finishRevocation(kept: KeptProfile): Promise<void> {
    const { held, profile } = this.#parts
    if (kept.protection === 'sealed') {
      if (!opensWith(held, kept)) await this.#keep()
      return
    }
    if (kept.next === undefined) return
    const { publicKey } = createSigner(kept.next.rootSeed)
    if (equalBytes(publicKey, profile.authority.state.rootPublicKey)) held.secrets = kept.next
    await this.#keep()
  }

  #show(view: ProtectionView): void {
    this.#view = view
    this.#parts.onChanged()
  }
}

function isRecovery(phrase: Uint8Array, recoveryPublicKey: Uint8Array): boolean {
  return equalBytes(createSigner(recoverySeedFrom(phrase)).publicKey, recoveryPublicKey)
}

function lastWay(guarded: boolean): CloudError {
  return new CloudError(
    'last-way',
    guarded
      ? 'Nothing else protects this browser. Add another passphrase, passkey or wallet first, or let this browser open by itself.'
      : 'The last way in cannot go: copies of your profile would open for nobody. Add another one first.',
  )
}
