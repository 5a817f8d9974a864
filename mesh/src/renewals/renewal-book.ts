import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { verifyRenewal } from '@cloudos/crypto/certificate-check'
import { equalBytes } from '@cloudos/protocol/bytes'
import { parseRenewal } from '@cloudos/protocol/certificate'
import type { CertificateRenewal } from '@cloudos/protocol/certificate'
import type { DeviceId } from '@cloudos/protocol/ids'
import { parseSigned } from '@cloudos/protocol/signed'
import type { Signed } from '@cloudos/protocol/signed'

/** Where a device keeps the newest renewal of each certificate. `save` is durable when it resolves and takes the place of the one before. */
export interface RenewalStore {
  load(): Promise<readonly Uint8Array[]>
  save(deviceId: DeviceId, signed: Uint8Array): Promise<void>
}

interface Kept {
  readonly renewal: CertificateRenewal
  readonly bytes: Uint8Array
  /** Whose signature was verified: the renewals of a root end with it. */
  readonly root: Uint8Array
}

/** The certificates' later ends: of each device the one issued last that a root of the profile has signed. */
export class RenewalBook {
  readonly #state: () => AuthorityState
  readonly #store: RenewalStore
  readonly #kept = new Map<DeviceId, Kept>()
  /** May be good under a root, or for a device, that this log has not heard of yet. One a device. */
  readonly #waiting = new Map<DeviceId, Uint8Array>()
  readonly #listeners = new Set<() => void>()
  #taking: Promise<void> = Promise.resolve()

  static async open(store: RenewalStore, state: () => AuthorityState): Promise<RenewalBook> {
    const book = new RenewalBook(store, state)
    for (const bytes of await store.load()) await book.#enter(bytes, () => Promise.resolve())
    return book
  }

  private constructor(store: RenewalStore, state: () => AuthorityState) {
    this.#store = store
    this.#state = state
  }

  /** In force now. */
  current(): readonly CertificateRenewal[] {
    return this.#good().map(({ renewal }) => renewal)
  }

  /** The same, signed, for others. */
  signed(): readonly Uint8Array[] {
    return this.#good().map(({ bytes }) => bytes)
  }

  /** Takes what is newer and holds; the rest is dropped. Resolves once it is durable and every listener has been told. */
  take(renewals: readonly Uint8Array[]): Promise<void> {
    const taking = this.#taking.then(() => this.#take(renewals))
    this.#taking = taking.catch(() => undefined)
    return taking
  }

  /** The authority log has grown: what could not be judged before may hold now. */
  retry(): Promise<void> {
    return this.take([...this.#waiting.values()])
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #take(renewals: readonly Uint8Array[]): Promise<void> {
    let isNews = false
    for (const bytes of renewals)
      if (await this.#enter(bytes.slice(), (deviceId, signed) => this.#store.save(deviceId, signed))) isNews = true
    if (isNews) for (const listener of this.#listeners) listener()
  }

  async #enter(bytes: Uint8Array, save: RenewalStore['save']): Promise<boolean> {
    const parsed = parseSigned(bytes, parseRenewal)
    if (!parsed.ok) return false
    const state = this.#state()
    const { deviceId, profileId, issuedAtMs } = parsed.value.value
    const device = state.deviceById.get(deviceId)
    if (profileId !== state.profileId || device === undefined || device.revoked !== undefined) return false
    const known = this.#kept.get(deviceId)
    if (known !== undefined && this.#isGood(known) && known.renewal.issuedAtMs >= issuedAtMs) return false
    if (!(await holds(parsed.value, state.rootPublicKey))) {
      this.#waiting.set(deviceId, bytes)
      return false
    }
    await save(deviceId, bytes)
    this.#waiting.delete(deviceId)
    this.#kept.set(deviceId, { renewal: parsed.value.value, bytes, root: state.rootPublicKey })
    return true
  }

  #good(): readonly Kept[] {
    return [...this.#kept.values()].filter((kept) => this.#isGood(kept))
  }

  #isGood({ root }: Kept): boolean {
    return equalBytes(root, this.#state().rootPublicKey)
  }
}

async function holds(renewal: Signed<CertificateRenewal>, rootPublicKey: Uint8Array): Promise<boolean> {
  return verifyRenewal(renewal, rootPublicKey)
}
