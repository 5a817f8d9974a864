import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { CopyKeeper, CopyState } from '@cloudos/mesh/copy/copy-keeper'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { refusalOf } from '@cloudos/mesh/copy/write-copy'
import type { OnIncident } from '@cloudos/mesh/incident'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { MediumState, MediumView, StorageCheck } from '@cloudos/protocol/storage-commands'
import { backoffMs } from '@cloudos/scheduler/backoff'
import type { Media, StoredMedium } from '../journal/media.ts'
import type { Ways } from '../journal/ways.ts'
import { checkFolder, diskOf } from './folders.ts'
import type { Folders } from './folders.ts'

export interface MediaDeskParts {
  readonly folders: Folders
  readonly media: Media
  readonly ways: Ways
  readonly identity: DeviceIdentity
  readonly homeFolder: string
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
}

/** Looking whether a stick is back costs next to nothing. */
const RETRY = { firstMs: 500, maxMs: 5_000 }

/** The folders that this device keeps copies of the profile in. */
export class MediaDesk implements AsyncDisposable {
  readonly #parts: MediaDeskParts
  readonly #keepers = new Map<string, CopyKeeper>()
  #profile: Profile | undefined

  constructor(parts: MediaDeskParts) {
    this.#parts = parts
  }

  /** The profile is open: every folder is kept from now on. */
  open(profile: Profile): void {
    this.#profile = profile
    for (const medium of this.#parts.media.all()) this.#keep(medium, profile)
  }

  async list(): Promise<readonly MediumView[]> {
    const { clock, homeFolder, media } = this.#parts
    const own: MediumView = {
      mediumId: 'device',
      kind: 'device',
      where: homeFolder,
      gen: 0,
      savedAtMs: clock.nowMs(),
      behind: 0,
      state: 'kept',
      failureDomain: await diskOf(homeFolder),
    }
    return [own, ...media.all().map((medium) => this.#view(medium))]
  }

  /** Throws `CloudError` with a sentence for each way in which the folder is none for this. Resolves once a copy lies there. */
  async add(path: string): Promise<string> {
    const profile = this.#required()
    const known = this.#parts.media.all()
    if (known.some((medium) => medium.path === path))
      throw new CloudError('already-kept', `A copy is kept in ${path} already.`)
    if (known.length >= LIMITS.mediaMax)
      throw new CloudError('too-many', `No more than ${String(LIMITS.mediaMax)} places. Remove one first.`)
    await checkFolder(path)
    const found = await this.#findCopy(path)
    if (found !== undefined && found.profileId !== profile.membership.profileId)
      throw refusalOf({ kind: 'foreign-profile', profileId: found.profileId })
    await this.#parts.folders.found(path)
    const mediumId = hexFromBytes(this.#parts.rng.bytes(8))
    const medium = { mediumId, path, failureDomain: await diskOf(path), seen: undefined }
    this.#parts.media.add(medium)
    try {
      await this.#keep(medium, profile).sync()
    } catch (cause) {
      // Without a way in there is nothing to write yet: it follows by itself once there is.
      if (cause instanceof CloudError && (cause.code === 'no-ways' || cause.code === 'ways-behind')) return mediumId
      await this.remove(mediumId)
      throw cause
    }
    return mediumId
  }

  async remove(mediumId: string): Promise<void> {
    const keeper = this.#keeper(mediumId)
    this.#keepers.delete(mediumId)
    this.#parts.media.remove(mediumId)
    await keeper.close()
  }

  check(mediumId: string): Promise<StorageCheck> {
    return this.#keeper(mediumId).check()
  }

  sync(mediumId: string): Promise<void> {
    return this.#keeper(mediumId).sync()
  }

  waysChanged(): void {
    for (const keeper of this.#keepers.values()) keeper.waysChanged()
  }

  /** The copy in a folder that is no medium of this device yet, for a page that opens it. Throws `CloudError` as `add`. */
  async copyIn(path: string): Promise<StoredCopy> {
    await checkFolder(path)
    const copy = await this.#findCopy(path)
    if (copy === undefined) throw refusalOf({ kind: 'nothing-there' })
    return copy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const keeper of this.#keepers.values()) await keeper.close()
    this.#keepers.clear()
  }

  /** `undefined` where no copy lies; a damaged one throws. */
  async #findCopy(path: string, expected?: ProfileId): Promise<StoredCopy | undefined> {
    let store
    try {
      store = await this.#parts.folders.connect(path, path)
    } catch (cause) {
      if (cause instanceof CloudError && cause.code === 'medium-gone') return undefined
      throw cause
    }
    try {
      const copy = await readCopy(store, expected)
      if (copy.ok) return copy.value
      if (copy.error.kind === 'nothing-there') return undefined
      throw refusalOf(copy.error)
    } finally {
      await store[Symbol.asyncDispose]()
    }
  }

  #keep({ mediumId, path, failureDomain }: StoredMedium, profile: Profile): CopyKeeper {
    const { folders, media, ways, identity, clock, rng, onIncident } = this.#parts
    const seed = new DataView(Uint8Array.from(rng.bytes(4)).buffer).getUint32(0)
    const keeper = startCopy({
      connect: () => folders.connect(path, failureDomain),
      medium: path,
      profile,
      identity,
      ways: () => ways.find(),
      memory: {
        find: () => media.all().find((medium) => medium.mediumId === mediumId)?.seen,
        save: (seen) => {
          media.saw(mediumId, seen)
        },
      },
      clock,
      retryAfterMs: (attempt) => backoffMs(attempt, seed, RETRY),
      onIncident,
    })
    this.#keepers.set(mediumId, keeper)
    return keeper
  }

  #view({ mediumId, path, failureDomain }: StoredMedium): MediumView {
    const state = this.#keepers.get(mediumId)?.state
    const { gen = 0, savedAtMs, behind = 0, error } = state ?? {}
    return {
      mediumId,
      kind: 'folder',
      where: path,
      gen,
      ...(savedAtMs !== undefined && { savedAtMs }),
      behind,
      state: stateOf(state),
      failureDomain,
      ...(error && { problem: error.message }),
    }
  }

  #required(): Profile {
    if (this.#profile !== undefined) return this.#profile
    throw new CloudError('no-profile', 'This device is in no profile yet. Open its page, or pair it.')
  }

  #keeper(mediumId: string): CopyKeeper {
    const keeper = this.#keepers.get(mediumId)
    if (keeper !== undefined) return keeper
    throw new CloudError('no-such-medium', 'This device keeps no such place. List them again.')
  }
}

function stateOf(state: CopyState | undefined): MediumState {
  switch (state?.error?.code) {
    case undefined:
      return state?.savedAtMs === undefined ? 'waiting' : 'kept'
    case 'medium-gone':
    case 'medium-unreachable':
      return 'away'
    case 'no-ways':
    case 'ways-behind':
      return 'waiting'
    default:
      return 'failed'
  }
}
