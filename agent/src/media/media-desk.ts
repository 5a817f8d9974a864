import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { isDoubt, startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { CopyKeeper, CopyState } from '@cloudos/mesh/copy/copy-keeper'
import { DoubtedCopy } from '@cloudos/mesh/copy/doubted-copy'
import { findLie } from '@cloudos/mesh/copy/lie'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { CopyRefusal, StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { refusalOf } from '@cloudos/mesh/copy/write-copy'
import type { OnIncident } from '@cloudos/mesh/incident'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ChainKey, DocId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { err } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type {
  AddedKind,
  Entry,
  MediumState,
  MediumView,
  NewMedium,
  StorageCheck,
} from '@cloudos/protocol/storage-commands'
import { backoffMs } from '@cloudos/scheduler/backoff'
import type { Media, StoredMedium } from '../journal/media.ts'
import type { Ways } from '../journal/ways.ts'
import { sayWrongCredential } from '../recovery/drill-entry.ts'
import type { Entrance } from '../recovery/drill-entry.ts'
import { findCredential, sealCredential } from './credential-seal.ts'
import { checkReadable, diskOf } from './folder-kind.ts'
import { noSuchMedium, sayUnreached, staleCopy } from './drill-text.ts'
import { kindOf } from './kinds.ts'
import type { Credential, MediumKindPort, MediumKinds } from './kinds.ts'
import { forgetMedium, mediumMemory, onToldOf } from './medium-memory.ts'
import { diskRoom, roomText } from './room-text.ts'
import type { ScrubRecord } from './scrub-book.ts'
import type { CopyCare } from './tend-copies.ts'
import { tendRegularly } from './tend-copies.ts'
import { testsFrom } from './tests-from.ts'
import { VisitedDevice } from './visited-device.ts'

export interface MediaDeskParts {
  readonly kinds: MediumKinds
  readonly media: Media
  readonly ways: Ways
  readonly identity: DeviceIdentity
  readonly homeFolder: string
  /** With which somebody has signed in to a place that this device does not keep. */
  readonly signedIn?: (kind: AddedKind, where: string) => Credential | undefined
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
  /** How copies are looked after by themselves, a share each day; without it they are read back when somebody asks. */
  readonly care?: CopyCare
}

/** The places that this device keeps copies of the profile in, whatever their kind. */
export class MediaDesk implements AsyncDisposable {
  readonly #parts: MediaDeskParts
  readonly #keepers = new Map<string, CopyKeeper>()
  /** Devices that were come back from while this runs: they are no places to keep. */
  readonly #visited = new Map<string, VisitedDevice>()
  /** Added with a copy in them that others had written. */
  readonly #withCopy = new Set<string>()
  readonly #stopped = new AbortController()
  #profile: Profile | undefined
  #tending: Promise<void> = Promise.resolve()
  #unsubscribe: (() => void) | undefined

  constructor(parts: MediaDeskParts) {
    this.#parts = parts
  }

  /** The profile is open: every place is kept from now on. */
  open(profile: Profile): void {
    this.#profile = profile
    this.#unsubscribe = onToldOf(this.#parts.media, profile, (mediumId) => this.#keepers.get(mediumId)?.told())
    for (const medium of this.#parts.media.all()) this.#keep(medium, profile)
    const { care, clock } = this.#parts
    if (care !== undefined)
      this.#tending = tendRegularly({ keepers: this.#keepers, scrubs: care.scrubs, clock }, this.#stopped.signal)
  }

  async list(): Promise<readonly MediumView[]> {
    const { clock, homeFolder, media } = this.#parts
    const own: MediumView = {
      mediumId: 'device',
      kind: 'device',
      where: homeFolder,
      credential: 'not-needed',
      gen: 0,
      savedAtMs: clock.nowMs(),
      behind: 0,
      state: 'kept',
      failureDomain: await diskOf(homeFolder),
      ...roomText('device', await diskRoom(homeFolder), false),
    }
    return [own, ...media.all().map((medium) => this.#view(medium))]
  }

  /** Throws `CloudError` with a sentence for each way in which the place is none for this. Resolves once a copy lies there. */
  async add(wanted: NewMedium): Promise<string> {
    const profile = this.#required()
    const place = this.#placeFrom(wanted)
    const { port, kind, where, credential } = place
    const known = this.#parts.media.all()
    if (known.some((medium) => medium.kind === kind && medium.where === where && medium.account === wanted.account))
      throw new CloudError('already-kept', `A copy is kept in ${where} already.`)
    if (known.length >= LIMITS.mediaMax)
      throw new CloudError('too-many', `No more than ${String(LIMITS.mediaMax)} places. Remove one first.`)
    await port.check(where, credential)
    const { copy } = await readIn(place)
    if (!copy.ok && copy.error.kind !== 'nothing-there') throw refusalOf(copy.error)
    if (copy.ok && copy.value.profileId !== profile.membership.profileId)
      throw refusalOf({ kind: 'foreign-profile', profileId: copy.value.profileId })
    await port.found(where, credential)
    const medium = await this.#mediumOf(place)
    this.#parts.media.add(medium)
    try {
      const keeper = this.#keep(medium, profile)
      await keeper.sync()
      // What was written is read back whole: a place that keeps something else is no place.
      await mustHold(keeper, where)
    } catch (cause) {
      // Without a way in there is nothing to write yet: it follows by itself once there is.
      if (cause instanceof CloudError && (cause.code === 'no-ways' || cause.code === 'ways-behind'))
        return medium.mediumId
      // Another device was shown something else there: the owner sees it on the list and decides.
      if (cause instanceof DoubtedCopy) return medium.mediumId
      await this.remove(medium.mediumId)
      throw cause
    }
    // A copy that this device has written itself says nothing that it does not know.
    if (copy.ok && copy.value.head.writer !== this.#parts.identity.deviceId) this.#withCopy.add(medium.mediumId)
    return medium.mediumId
  }

  async remove(mediumId: string): Promise<void> {
    const keeper = this.#keeper(mediumId)
    const { media } = this.#parts
    const medium = media.all().find((one) => one.mediumId === mediumId)
    this.#keepers.delete(mediumId)
    media.remove(mediumId)
    media.drills.forget(mediumId)
    this.#parts.care?.scrubs.forget(mediumId)
    await keeper.close()
    if (medium !== undefined) await forgetMedium(medium, this.#required())
  }

  check(mediumId: string): Promise<StorageCheck> {
    return this.#keeper(mediumId).check()
  }

  sync(mediumId: string): Promise<void> {
    const visited = this.#visited.get(mediumId)
    return visited === undefined ? this.#keeper(mediumId).sync() : visited.bring(this.#required())
  }

  /** Parts of the copy there that could not be read, and that this device has from nowhere else. */
  unreadIn(mediumId: string): number {
    return this.#visited.get(mediumId)?.unread ?? this.#keeper(mediumId).state.unread
  }

  /** What the last save has put there; nothing while this run has saved nothing there. */
  reached(mediumId: string): ReadonlyMap<DocId, ReadonlyMap<ChainKey, number>> {
    return this.#keepers.get(mediumId)?.reached ?? new Map()
  }

  trust(mediumId: string): Promise<void> {
    return this.#keeper(mediumId).trust()
  }

  waysChanged(): void {
    for (const keeper of this.#keepers.values()) keeper.waysChanged()
  }

  /** The copy in a place, be it a medium of this device or not; nothing is written. Throws `CloudError` as `add`, and names what is damaged. */
  async copyIn(wanted: NewMedium): Promise<StoredCopy> {
    const place = this.#placeFrom(wanted)
    if (place.kind === 'folder') await checkReadable(place.where)
    else await place.port.check(place.where, place.credential)
    const { copy, hasBlobs } = await readIn(place)
    if (copy.ok) return copy.value
    // What no head leads to is, for a reader, as lost as what a damaged head leads to.
    const refusal = copy.error.kind === 'nothing-there' && hasBlobs ? HEADLESS : copy.error
    const { message } = refusalOf(refusal)
    throw refusal.kind === 'corrupt' ? new CloudError(`damaged-${refusal.part}`, message) : refusalOf(refusal)
  }

  /**
   * Reads the copy that this device keeps there anew, by a connection of its own that is open while `work` goes on. Throws `CloudError` as
   * `copyIn`; 'copy-stale' when it is older than what has been seen there. `enter` says what to sign in with: what this device keeps is
   * used only when that is its answer.
   */
  async read<T>(
    mediumId: string,
    enter: (medium: StoredMedium) => Entrance,
    work: (copy: StoredCopy, entry: Entry) => Promise<T>,
  ): Promise<T> {
    const { profileId } = this.#required().membership
    this.#keeper(mediumId)
    const medium = this.#parts.media.all().find((one) => one.mediumId === mediumId)
    if (medium === undefined) throw noSuchMedium()
    const { kind, where, failureDomain, seen } = medium
    const { entry, asked } = enter(medium)
    const told = (cause: unknown): unknown =>
      sayUnreached(entry === 'asked' ? sayWrongCredential(cause, medium) : cause, medium)
    const store = await kindOf(this.#parts.kinds, kind)
      .connect(where, entry === 'stored' ? this.#credentialOf(medium) : asked, failureDomain)
      .catch((cause: unknown) => {
        throw told(cause)
      })
    try {
      const copy = await readCopy(store, profileId)
      if (!copy.ok) throw refusalOf(copy.error)
      if (seen !== undefined && findLie(copy.value, seen, store.capabilities.cas) !== undefined) throw staleCopy(where)
      return await work(copy.value, entry)
    } catch (cause) {
      throw told(cause)
    } finally {
      await store[Symbol.asyncDispose]()
    }
  }

  /** A place whose copy has brought the profile here: what else lies there comes too, and it is kept in step from now on. */
  async adopt(wanted: NewMedium, { head, headBytes }: StoredCopy): Promise<string> {
    const { media } = this.#parts
    const place = this.#placeFrom(wanted)
    if (place.kind === 'peer') return this.#visit(place)
    const known = media.all().find(({ kind, where }) => kind === place.kind && where === place.where)
    if (known !== undefined) return known.mediumId
    const medium = await this.#mediumOf(place)
    media.add(medium)
    media.saw(medium.mediumId, { gen: head.gen, hash: hashId(headBytes) })
    if (this.#profile !== undefined) this.#keep(medium, this.#profile)
    return medium.mediumId
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    this.#unsubscribe?.()
    for (const keeper of this.#keepers.values()) await keeper.close()
    this.#keepers.clear()
    await this.#tending
  }

  #visit({ port, where, credential }: Place): string {
    const mediumId = hexFromBytes(this.#parts.rng.bytes(8))
    this.#visited.set(mediumId, new VisitedDevice(where, () => port.connect(where, credential, where)))
    return mediumId
  }

  #placeFrom({ kind, where, account, secret }: NewMedium): Place {
    const port = kindOf(this.#parts.kinds, kind)
    const place = { port, kind, where: port.normalise(where) }
    if (secret !== undefined) return { ...place, account, credential: { account: account ?? '', secret } }
    const credential = this.#parts.signedIn?.(kind, place.where)
    return { ...place, account: account ?? credential?.account, credential }
  }

  async #mediumOf({ port, kind, where, account, credential }: Place): Promise<StoredMedium> {
    const { rng, identity, homeFolder } = this.#parts
    return {
      mediumId: hexFromBytes(rng.bytes(8)),
      kind,
      where,
      account,
      sealedCredential: credential && sealCredential(identity.boxSecret, { kind, where }, credential, rng),
      failureDomain: (await port.failureDomain(where, account)) ?? (await diskOf(homeFolder)),
      seen: undefined,
    }
  }

  #keep(medium: StoredMedium, profile: Profile): CopyKeeper {
    const { kinds, media, ways, identity, clock, rng, onIncident, care } = this.#parts
    const { mediumId, kind, where, failureDomain } = medium
    const seed = new DataView(Uint8Array.from(rng.bytes(4)).buffer).getUint32(0)
    const keeper = startCopy({
      connect: async () => kindOf(kinds, kind).connect(where, this.#credentialOf(medium), failureDomain),
      medium: where,
      profile,
      identity,
      ways: () => ways.find(),
      memory: mediumMemory(medium, media, profile),
      clock,
      saveEveryMs: kinds[kind]?.saveEveryMs ?? 5_000,
      ownDomain: () => diskOf(this.#parts.homeFolder),
      retryAfterMs: (attempt) => backoffMs(attempt, seed, kinds[kind]?.retry ?? UNKNOWN_RETRY),
      onIncident,
    })
    keeper.onMended((objects) => {
      care?.scrubs.note(mediumId, { mendedObjects: objects, mendedAtMs: clock.nowMs() })
      care?.onMended(mediumId, objects)
    })
    this.#keepers.set(mediumId, keeper)
    return keeper
  }

  #credentialOf({ kind, where, sealedCredential }: StoredMedium): Credential | undefined {
    if (sealedCredential === undefined) return undefined
    const credential = findCredential(this.#parts.identity.boxSecret, { kind, where }, sealedCredential)
    if (credential !== undefined) return credential
    throw new CloudError(
      'credential-lost',
      `What this device needs to sign in to ${where} cannot be opened any more. Remove the place and add it again.`,
    )
  }

  #view(medium: StoredMedium): MediumView {
    const { mediumId, kind, where, account, sealedCredential, failureDomain } = medium
    const state = this.#keepers.get(mediumId)?.state
    const { gen = 0, savedAtMs, behind = 0, unread = 0, error } = state ?? {}
    const problem = error?.message ?? (unread > 0 ? unreadText(unread) : undefined)
    const kept = error?.code === 'credential-lost' ? 'lost' : 'sealed-on-device'
    return {
      mediumId,
      kind,
      where,
      ...(account !== undefined && { account }),
      credential: sealedCredential === undefined ? 'not-needed' : kept,
      gen,
      ...(savedAtMs !== undefined && { savedAtMs }),
      behind,
      state: stateOf(state),
      failureDomain,
      ...careOf(this.#parts.care?.scrubs.find(mediumId)),
      ...roomText(kind, state?.room, error?.code === 'medium-full'),
      ...(problem !== undefined && { problem }),
      ...(this.#withCopy.has(mediumId) && { hadCopy: true }),
      ...testsFrom(this.#parts.media.drills.of(mediumId)),
    }
  }

  #required(): Profile {
    if (this.#profile !== undefined) return this.#profile
    throw new CloudError('no-profile', 'This device is in no profile yet. Open its page, or pair it.')
  }

  #keeper(mediumId: string): CopyKeeper {
    const keeper = this.#keepers.get(mediumId)
    if (keeper !== undefined) return keeper
    throw noSuchMedium()
  }
}

async function mustHold(keeper: CopyKeeper, where: string): Promise<void> {
  const { damagedPacks } = await keeper.check()
  if (damagedPacks === 0) return
  throw new CloudError(
    'copy-damaged',
    `What was written to ${where} came back otherwise. It was not added: use another place, or look at that disk or server.`,
  )
}

interface Place {
  readonly port: MediumKindPort
  readonly kind: AddedKind
  readonly where: string
  /** As whom, where that is not all in the address. */
  readonly account: string | undefined
  readonly credential: Credential | undefined
}

const UNKNOWN_RETRY = { firstMs: 60_000, maxMs: 3_600_000 }

const HEADLESS: CopyRefusal = { kind: 'corrupt', part: 'head' }

interface ReadPlace {
  readonly copy: Result<StoredCopy, CopyRefusal>
  /** Whether something lies there although there is no copy. */
  readonly hasBlobs: boolean
}

async function readIn({ port, where, credential }: Place): Promise<ReadPlace> {
  let store
  try {
    store = await port.connect(where, credential, where)
  } catch (cause) {
    if (cause instanceof CloudError && cause.code === 'medium-gone')
      return { copy: err({ kind: 'nothing-there' }), hasBlobs: false }
    throw cause
  }
  try {
    const copy = await readCopy(store)
    const first = copy.ok ? undefined : await store.list('b/')[Symbol.asyncIterator]().next()
    return { copy, hasBlobs: first?.done === false }
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

function careOf(scrub: ScrubRecord | undefined): Pick<MediumView, 'checkedAtMs' | 'mendedObjects' | 'mendedAtMs'> {
  if (scrub === undefined) return {}
  const { checkedAtMs, mendedObjects, mendedAtMs } = scrub
  return { ...(checkedAtMs > 0 && { checkedAtMs }), ...(mendedObjects > 0 && { mendedObjects, mendedAtMs }) }
}

function unreadText(packs: number): string {
  const parts = packs === 1 ? 'One part' : `${String(packs)} parts`
  return `${parts} of the documents in this copy cannot be read, and this device has what is in there from nowhere else. All the rest was taken, and nothing there is deleted. Connect a device that has it, or another copy.`
}

function stateOf(state: CopyState | undefined): MediumState {
  const code = state?.error?.code
  switch (code) {
    case undefined:
      if (state !== undefined && state.unread > 0) return 'failed'
      return state?.savedAtMs === undefined ? 'waiting' : 'kept'
    case 'medium-gone':
    case 'medium-unreachable':
      return 'away'
    case 'no-ways':
    case 'ways-behind':
    case 'behind':
      return 'waiting'
    default:
      return isDoubt(code) ? 'doubted' : 'failed'
  }
}
