import { foldAuthority } from '@cloudos/crypto/authority-fold'
import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { profileIdFrom } from '@cloudos/crypto/derive'
import { verifyEntries } from '@cloudos/crypto/verified-entry'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import type { SignedEntry } from '@cloudos/protocol/authority'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash, ProfileId } from '@cloudos/protocol/ids'

/** Where a device keeps the authority log. `append` is durable when it resolves; entries are never taken back. */
export interface AuthorityStore {
  load(): Promise<{ readonly entries: readonly Uint8Array[]; readonly keyChanges: readonly Hash[] }>
  /** `keyChanges` replaces what was kept: the changes of keys this device has seen stand, and must not be folded away later. */
  append(entries: readonly Uint8Array[], keyChanges: readonly Hash[]): Promise<void>
}

/** The authority log of one profile, verified and folded. It holds nothing that no key of the profile has signed. */
export class AuthorityLog {
  readonly #profileId: ProfileId
  readonly #store: AuthorityStore
  readonly #entries = new Map<Hash, VerifiedEntry>()
  readonly #listeners = new Set<(state: AuthorityState) => void>()
  #state: AuthorityState | undefined
  #keyChanges: ReadonlySet<Hash> = new Set()
  #taking: Promise<void> = Promise.resolve()

  /** Throws `CloudError` 'no-genesis' when the store holds no log of this profile. */
  static async open(profileId: ProfileId, store: AuthorityStore): Promise<AuthorityLog> {
    const log = new AuthorityLog(profileId, store)
    const { entries, keyChanges } = await store.load()
    log.#keyChanges = new Set(keyChanges)
    const fresh = await log.#findFresh(entries)
    log.#enter(fresh, log.#foldWith(fresh))
    return log
  }

  private constructor(profileId: ProfileId, store: AuthorityStore) {
    this.#profileId = profileId
    this.#store = store
  }

  get state(): AuthorityState {
    if (this.#state === undefined)
      throw new CloudError('no-genesis', 'The authority log of this profile has no beginning.')
    return this.#state
  }

  tip(): Hash {
    return this.state.tip
  }

  entries(): ReadonlyMap<Hash, Uint8Array> {
    return new Map([...this.#entries].map(([hash, { bytes }]) => [hash, bytes]))
  }

  /** Takes what is new and signed by a key of the profile. Resolves once it is durable and every listener has been told. */
  take(entries: readonly Uint8Array[]): Promise<void> {
    const taking = this.#taking.then(() => this.#take(entries))
    this.#taking = taking.catch(() => undefined)
    return taking
  }

  onChanged(listener: (state: AuthorityState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #take(entries: readonly Uint8Array[]): Promise<void> {
    const fresh = await this.#findFresh(entries)
    if (fresh.length === 0) return
    const state = this.#foldWith(fresh)
    // Durable before it is in force: what a full disk refuses is as new as before when it comes again.
    const bytes = fresh.map((entry) => entry.bytes)
    await this.#store.append(bytes, [...new Set([...this.#keyChanges, ...state.keyChanges])])
    this.#enter(fresh, state)
    for (const listener of this.#listeners) listener(state)
  }

  async #findFresh(entries: readonly Uint8Array[]): Promise<readonly VerifiedEntry[]> {
    const parsed = entries.flatMap((bytes): SignedEntry[] => {
      const entry = parseSignedEntry(bytes.slice())
      return entry.ok && entry.value.entry.profileId === this.#profileId ? [entry.value] : []
    })
    const known = [...this.#entries.values()]
    const { verified } = await verifyEntries(parsed, known)
    const fresh = signedWithin(this.#profileId, known, verified).filter(({ hash }) => !this.#entries.has(hash))
    return [...new Map(fresh.map((entry) => [entry.hash, entry])).values()]
  }

  #foldWith(fresh: readonly VerifiedEntry[]): AuthorityState {
    const state = foldAuthority(this.#profileId, [...this.#entries.values(), ...fresh], this.#keyChanges)
    if (!state.ok) throw new CloudError('no-genesis', 'The authority log of this profile has no beginning.')
    return state.value
  }

  #enter(fresh: readonly VerifiedEntry[], state: AuthorityState): void {
    for (const entry of fresh) this.#entries.set(entry.hash, entry)
    this.#state = state
    this.#keyChanges = new Set([...this.#keyChanges, ...state.keyChanges])
  }
}

/** Those of `fresh` whose signer is, or ever was, a key of the profile: a member cannot fill everybody's disk with entries of its own. */
function signedWithin(
  profileId: ProfileId,
  known: readonly VerifiedEntry[],
  fresh: readonly VerifiedEntry[],
): readonly VerifiedEntry[] {
  const keys = [...known, ...fresh].flatMap(({ entry: { body } }) =>
    body.kind === 'genesis' && profileIdFrom(body.rootPublicKey, body.recoveryPublicKey) === profileId
      ? [body.rootPublicKey, body.recoveryPublicKey]
      : [],
  )
  const belongs = (entry: VerifiedEntry): boolean => keys.some((key) => equalBytes(key, entry.signer))
  let waiting = [...known, ...fresh]
  for (let grew = true; grew;) {
    const taken = waiting.filter(belongs)
    waiting = waiting.filter((entry) => !belongs(entry))
    const before = keys.length
    keys.push(...taken.flatMap(({ entry: { body } }) => newKeysOf(body)))
    grew = keys.length > before
  }
  return fresh.filter(belongs)
}

function newKeysOf(body: VerifiedEntry['entry']['body']): readonly Uint8Array[] {
  if (body.kind === 'root-rotate') return [body.newRootPublicKey]
  return body.kind === 'recovery-rotate' ? [body.newRecoveryPublicKey] : []
}
