import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { isDoubt, startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { CopyKeeper } from '@cloudos/mesh/copy/copy-keeper'
import { memoryAmong } from '@cloudos/mesh/copy/copy-memory'
import { mediumName } from '@cloudos/mesh/copy/sightings-book'
import type { OnIncident } from '@cloudos/mesh/incident'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { Clock, ConnectedBlobStore, Rng } from '@cloudos/protocol/ports'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import { directKind, directLabel, directSpelling } from './direct-place.ts'
import { findToken, sealToken } from './direct-token.ts'
import type { HeldProfile } from './held.ts'
import { findDirect, keepDirect } from './keep.ts'
import type { KeepDatabase, KeptDirect } from './keep.ts'
import type { DirectView } from './status.ts'

/** How a place is reached without an agent. */
export interface DirectAccess {
  /** Rejects with `CloudError`. */
  readonly connect: (where: string, token: string) => Promise<ConnectedBlobStore>
  /** What this tab was given and keeps in memory only. */
  readonly given: { readonly where: string; readonly token: string } | undefined
}

export interface DirectCopyParts {
  readonly access: DirectAccess
  readonly keep: KeepDatabase
  readonly held: HeldProfile
  readonly profile: Profile
  readonly identity: DeviceIdentity
  readonly ways: () => StoredWays | undefined
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
  readonly onChanged: () => void
}

const LOOK_EVERY_MS = 1_000
const RETRY_FIRST_MS = 5_000
const RETRY_MAX_MS = 300_000

/** The copy that this browser keeps by itself in a repository or a Drive, while it leads: what is there comes here, what is edited goes there. */
export class DirectCopy implements AsyncDisposable {
  readonly #parts: DirectCopyParts
  readonly #stopped = new AbortController()
  readonly #unsubscribe: () => void
  #kept: KeptDirect | undefined
  #token: string | undefined
  #keeper: CopyKeeper | undefined
  #last: Promise<unknown> = Promise.resolve()

  static async open(parts: DirectCopyParts): Promise<DirectCopy> {
    const copy = new DirectCopy(parts, await findDirect(parts.keep))
    copy.#start()
    void copy.#look()
    return copy
  }

  private constructor(parts: DirectCopyParts, kept: KeptDirect | undefined) {
    this.#parts = parts
    this.#kept = kept
    this.#unsubscribe = parts.profile.sightings.onTold((name) => {
      if (this.#kept !== undefined && nameOf(this.#kept, parts.identity) === name) this.#keeper?.told()
    })
    const given = parts.access.given?.where === kept?.where ? parts.access.given : undefined
    const { boxSecret } = parts.held.secrets.keys
    this.#token = given?.token ?? (kept?.sealedToken && findToken(boxSecret, kept.where, kept.sealedToken)) ?? undefined
  }

  get view(): DirectView | undefined {
    if (this.#kept === undefined) return undefined
    const { where, sealedToken, seen } = this.#kept
    const state = this.#keeper?.state
    return {
      where,
      needsToken: this.#token === undefined,
      remembers: sealedToken !== undefined,
      gen: state?.gen ?? seen?.gen ?? 0,
      behind: state?.behind ?? 0,
      ...(state?.savedAtMs !== undefined && { savedAtMs: state.savedAtMs }),
      ...(state?.room !== undefined && { room: state.room }),
      ...(state?.error && { problem: state.error.message }),
      ...(state?.error && isDoubt(state.error.code) && { isDoubted: true }),
    }
  }

  /** Another place or token from now on. An empty token: this browser keeps no copy by itself any more. */
  use(wanted: { readonly where: string; readonly token: string; readonly remember: boolean }): Promise<void> {
    const using = this.#last.then(() => this.#use(wanted))
    this.#last = using.catch(() => undefined)
    return using
  }

  /** The owner's word that what lies there is to be written over, whatever it shows. How that went is seen in the view. */
  async trust(): Promise<void> {
    await this.#keeper?.trust().catch((cause: unknown) => {
      if (!(cause instanceof CloudError)) throw cause
    })
    this.#parts.onChanged()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    this.#unsubscribe()
    await this.#last
    await this.#keeper?.close()
  }

  async #use({ where, token, remember }: { where: string; token: string; remember: boolean }): Promise<void> {
    const { keep, held, profile, identity, rng, onChanged } = this.#parts
    await this.#keeper?.close()
    this.#keeper = undefined
    if (token === '' && this.#kept !== undefined) await profile.sightings.forget(nameOf(this.#kept, identity))
    this.#token = token === '' ? undefined : token
    const spelled = directSpelling(where)
    const seen = this.#kept?.where === spelled ? this.#kept.seen : undefined
    this.#kept =
      token === ''
        ? undefined
        : {
            where: spelled,
            ...(seen && { seen }),
            ...(remember && { sealedToken: sealToken(held.secrets.keys.boxSecret, spelled, token, rng) }),
          }
    await keepDirect(keep, this.#kept)
    if (!this.#stopped.signal.aborted) this.#start()
    onChanged()
  }

  #start(): void {
    const { access, profile, identity, ways, clock, onIncident } = this.#parts
    const [kept, token] = [this.#kept, this.#token]
    if (kept === undefined || token === undefined) return
    this.#keeper = startCopy({
      connect: () => access.connect(kept.where, token),
      medium: directLabel(kept.where),
      profile,
      identity,
      ways,
      memory: memoryAmong(profile.sightings, nameOf(kept, identity), { find: () => this.#kept?.seen, save: (seen) => { this.#remember(seen) } }), // prettier-ignore
      clock,
      saveEveryMs: 5_000,
      ownDomain: () => Promise.resolve('this browser'),
      retryAfterMs: (attempt) => Math.min(RETRY_FIRST_MS * 2 ** attempt, RETRY_MAX_MS),
      onIncident,
    })
  }

  #remember(seen: NonNullable<KeptDirect['seen']>): void {
    if (this.#kept === undefined) return
    this.#kept = { ...this.#kept, seen }
    const kept = this.#kept
    this.#last = this.#last.then(() => keepDirect(this.#parts.keep, kept)).catch(() => undefined)
  }

  /** A keeper tells nobody how it goes: it is looked at. */
  async #look(): Promise<void> {
    const { clock, onChanged } = this.#parts
    const { signal } = this.#stopped
    let seen = this.#keeper?.state
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal)
      if (this.#keeper?.state === seen) continue
      seen = this.#keeper?.state
      onChanged()
    }
  }
}

/** As the agents call it. A Drive is another place for each account, which is not known here: this device shares no name for it. */
function nameOf({ where }: KeptDirect, { deviceId }: Pick<DeviceIdentity, 'deviceId'>): Hash {
  return directKind(where) === 'drive'
    ? mediumName('drive', where, deviceId)
    : mediumName('github', where.toLowerCase())
}
