import type { WayIn } from '@cloudos/crypto/way-in'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { Result } from '@cloudos/protocol/result'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { GoogleReturn } from '../google-return.ts'
import type { TabEars } from '../profile/browser-profile.ts'
import type { ProfileInTab } from '../profile/profile.ts'
import type { ProfileStatus } from '../profile/status.ts'
import type { OpenRefusal } from '../profile/ways.ts'
import type { WayMaker } from '../ways/new-ways.ts'
import { isWayRefusal } from '../ways/way-refusal.ts'
import type { ClosedDoor } from './opening.svelte.ts'
import { IDLE_LIMIT_MS, IdleClock } from './idle-clock.ts'
import type { Notes } from './notes.svelte.ts'
import { ProfileElsewhere } from './profile-elsewhere.svelte.ts'
import type { ElsewhereParts } from './profile-elsewhere.svelte.ts'
import { ProfileDirect } from './profile-direct.svelte.ts'
import type { DirectParts } from './profile-direct.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

export type SessionPhase =
  /** Looking whether this browser holds a profile. */
  | { readonly phase: 'looking' }
  | { readonly phase: 'none' }
  /** It is here and opens with its passphrase only. */
  | { readonly phase: 'locked' }
  /** The screen is empty already; what was under way is being saved. */
  | { readonly phase: 'locking' }
  /** The code that opens it is on its way. */
  | { readonly phase: 'opening' }
  | { readonly phase: 'open'; readonly profile: ProfileInTab }
  | { readonly phase: 'failed'; readonly problem: CloudError }

/** What the session needs of the world; `main.ts` wires it. Everything rejects with `CloudError` only. */
export interface SessionParts {
  /** How the profile that this browser holds is protected; `undefined` when it holds none. */
  readonly find: () => Promise<'none' | 'sealed' | undefined>
  /** Opens the profile that is here. */
  readonly open: (ears: TabEars) => Promise<ProfileInTab>
  readonly unlock: (way: WayIn, ears: TabEars) => Promise<Result<ProfileInTab, OpenRefusal>>
  readonly elsewhere: ElsewhereParts
  readonly direct: DirectParts
  /** What kinds of ways in the profile here has, while it is locked. */
  readonly waysHere: () => Promise<{ readonly profileId: ProfileId; readonly kinds: readonly SlotKind[] }>
  readonly found: () => Promise<void>
  /** Founds a profile that opens with this way in only; resolves to what opens it now. */
  readonly foundSealed: (wayFor: WayMaker) => Promise<SessionParts['open']>
  /** Deletes what this browser keeps of this profile. */
  readonly erase: (profileId: ProfileId) => Promise<void>
  /** Runs `work` as the one tab that logs out. */
  readonly alone: (work: () => Promise<void>) => Promise<void>
  /** Resolves when the tab that logs out is done, or gone. */
  readonly untilErased: (profileId: ProfileId | undefined) => Promise<void>
  /** Between the tabs of this browser: one that locks or logs out takes the others with it, and one in use keeps them open. */
  readonly locks: BroadcastChannel
  readonly nowMs: () => number
  /** Leaves this document, and with it all that was in memory. */
  readonly forget: () => void
  /** The link an agent opened this page with. */
  readonly link: string | undefined
  /** What somebody has brought back from Google's page. */
  readonly returned: GoogleReturn | undefined
  readonly toasts: Toasts
}

/** The other tabs need not hear of every key. */
const TELL_ACTIVITY_MS = 5_000
const LOOK_EVERY_MS = 1_000

/** The profile as this tab has it. */
export class Session {
  now = $state.raw<SessionPhase>({ phase: 'looking' })
  status = $state.raw<ProfileStatus | undefined>()
  founding = $state(false)
  /** Why founding did not work, in words. */
  foundingProblem = $state<string | undefined>()
  readonly profile: ProfileInTab | undefined = $derived(this.now.phase === 'open' ? this.now.profile : undefined)
  notes = $state.raw<Promise<Notes> | undefined>()
  #opened: Notes | undefined
  /** For who has a profile already. */
  readonly elsewhere: ProfileElsewhere
  /** For who has one and no agent. */
  readonly direct: ProfileDirect
  readonly #parts: SessionParts
  readonly #idle: IdleClock
  #leave = (): void => undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#idle = new IdleClock(parts.nowMs())
    this.elsewhere = new ProfileElsewhere(parts.elsewhere, parts.link, (open) => this.#orFail(() => this.#open(open)))
    this.direct = new ProfileDirect(parts.direct, (open) => this.#orFail(() => this.#open(open)))
    this.#listen()
  }

  get returned(): GoogleReturn | undefined {
    return this.#parts.returned
  }

  async start(): Promise<void> {
    await this.#orFail(async () => {
      this.now = { phase: 'looking' }
      const protection = await this.#parts.find()
      if (protection === 'none') await this.#open(this.#parts.open)
      else this.now = { phase: protection === 'sealed' ? 'locked' : 'none' }
    })
  }

  async found(): Promise<void> {
    this.founding = true
    this.foundingProblem = undefined
    try {
      await this.#parts.found()
    } catch (cause) {
      this.foundingProblem = problemFrom(cause).message
      return
    } finally {
      this.founding = false
    }
    await this.#orFail(() => this.#open(this.#parts.open))
  }

  /** Founds a profile that opens with this way in only. Rejects with `CloudError` when that did not work out: then nothing was kept. */
  async foundSealed(wayFor: WayMaker): Promise<void> {
    const open = await this.#parts.foundSealed(wayFor)
    await this.#orFail(() => this.#open(open))
  }

  /** Opens the shared notes; they stay open as long as the tab. */
  openNotes(): void {
    const { profile } = this
    if (profile === undefined || this.notes !== undefined) return
    this.notes = openNotes(profile)
    void this.notes.then(
      (notes) => {
        this.#opened = notes
      },
      () => undefined,
    ) // the page that awaits them says so
  }

  /** Edits that would be lost with this tab. */
  get hasUnsaved(): boolean {
    return this.#opened !== undefined && this.#opened.saving.phase !== 'saved'
  }

  /** This tab may be closed, hidden or asleep in a moment. */
  saveNow(): void {
    this.#opened?.saveNow()
  }

  retryNotes(): void {
    this.notes = undefined
    this.openNotes()
  }

  /** What is locked here, and the kinds of ways in that it has. Rejects with `CloudError`. */
  async here(): Promise<{ readonly door: ClosedDoor; readonly kinds: readonly SlotKind[] }> {
    const { profileId, kinds } = await this.#parts.waysHere()
    return { door: { profileId, open: (way) => this.#unlock(way) }, kinds }
  }

  async #unlock(way: WayIn): Promise<OpenRefusal | undefined> {
    let refusal: OpenRefusal | undefined
    await this.#orFail(async () => {
      const opening: { profile?: ProfileInTab } = {}
      const unlocked = await this.#parts.unlock(way, this.#earsOf(opening))
      if (!unlocked.ok) {
        refusal = unlocked.error
        return
      }
      opening.profile = unlocked.value
      this.#use(unlocked.value)
    }, isWayRefusal)
    return refusal
  }

  /** In every tab of this browser. */
  async lock(): Promise<void> {
    if (!this.canLock) return
    this.#parts.locks.postMessage('lock')
    await this.#lockHere()
  }

  get canLock(): boolean {
    return this.now.phase === 'open' && this.status?.protection.phase === 'protected'
  }

  /** Until it locks by itself. */
  idleLeftMs(nowMs: number): number {
    return this.#idle.leftMs(nowMs)
  }

  noteActivity(): void {
    const nowMs = this.#parts.nowMs()
    const quiet = IDLE_LIMIT_MS - this.#idle.leftMs(nowMs)
    this.#idle.touch(nowMs)
    if (quiet > TELL_ACTIVITY_MS && this.canLock) this.#parts.locks.postMessage('active')
  }

  /**
   * Takes this browser out of the profile and deletes what it holds of it, in every tab. The caller has seen that all of it lies
   * elsewhere. Rejects with `CloudError` when no other device could be told: then all is as before, and only `anyway` goes on.
   */
  async logOut(how: 'told' | 'anyway'): Promise<void> {
    const { profile } = this
    if (profile === undefined) return
    if (how === 'told') await profile.leave()
    await this.#parts.alone(async () => {
      this.#parts.locks.postMessage('leave')
      await this.#lockHere(() => this.#parts.erase(profile.kept.profileId))
    })
  }

  /** Another tab logs this browser out. */
  async #leaveHere(): Promise<void> {
    if (this.now.phase === 'none') return
    const profileId = this.profile?.kept.profileId
    if (profileId !== undefined) return this.#lockHere(() => this.#parts.untilErased(profileId))
    await this.#parts.untilErased(undefined)
    this.#parts.forget()
  }

  /** `last`: once nothing of the profile is in use here, and before all is forgotten. */
  async #lockHere(last: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    if (this.now.phase !== 'open') return
    const [profile, opened] = [this.now.profile, this.#opened]
    this.#leave()
    this.now = { phase: 'locking' }
    this.status = undefined
    this.notes = undefined
    this.#opened = undefined
    this.#parts.toasts.clear()
    await profile.lock(opened?.whenSaved() ?? Promise.resolve())
    await this.#orFail(last)
    if (this.now.phase === 'locking') this.#parts.forget()
  }

  #listen(): void {
    this.#parts.locks.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === 'lock') void this.#lockHere()
      else if (data === 'leave') void this.#leaveHere()
      else if (data === 'active') this.#idle.touch(this.#parts.nowMs())
    })
    setInterval(() => {
      if (this.#idle.leftMs(this.#parts.nowMs()) === 0) void this.lock()
    }, LOOK_EVERY_MS)
  }

  async #open(open: SessionParts['open']): Promise<void> {
    this.now = { phase: 'opening' }
    const opening: { profile?: ProfileInTab } = {}
    opening.profile = await open(this.#earsOf(opening))
    this.#use(opening.profile)
  }

  #earsOf(opening: { readonly profile?: ProfileInTab }): TabEars {
    return {
      onProblem: (problem) => {
        this.#fail(problem, opening.profile)
      },
      onStale: () => void this.#lockHere(),
    }
  }

  #fail(problem: CloudError, profile: ProfileInTab | undefined): void {
    this.now = { phase: 'failed', problem }
    this.notes = undefined
    this.status = undefined
    void profile?.[Symbol.asyncDispose]()
  }

  #use(profile: ProfileInTab): void {
    this.#idle.touch(this.#parts.nowMs())
    this.#leave = profile.onStatus((status) => {
      this.#noteStatus(profile, status)
    })
    this.now = { phase: 'open', profile }
  }

  #noteStatus(profile: ProfileInTab, status: ProfileStatus): void {
    // The first word of a leader: somebody listens now.
    if (this.status === undefined && this.#parts.link !== undefined && !this.elsewhere.isUsed)
      profile.wish({ wish: 'meet', link: this.#parts.link })
    if (this.status === undefined) this.#useReturn(profile, status)
    if (this.status?.meeting.phase === 'meeting' && status.meeting.phase === 'met')
      this.#parts.toasts.show({
        tone: 'good',
        title: 'This computer is one of your devices',
        detail: 'It keeps a copy of everything.',
      })
    this.status = status
  }

  /** For the copy that this browser keeps in that Drive by itself. */
  #useReturn(profile: ProfileInTab, { direct }: ProfileStatus): void {
    const { returned, toasts } = this.#parts
    if (returned === undefined || direct === undefined || direct.where !== returned.where) return
    if (returned.kind === 'failed') toasts.show({ tone: 'bad', title: returned.problem })
    else if (direct.needsToken || direct.problem !== undefined)
      profile.wish({ wish: 'direct', where: returned.where, token: returned.token, remember: false })
  }

  /** `isMild`: the profile is as it was, and the asker says why. */
  async #orFail(act: () => Promise<void>, isMild: (cause: unknown) => boolean = () => false): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (isMild(cause)) throw cause
      this.now = { phase: 'failed', problem: problemFrom(cause) }
    }
  }
}

/** Anything that is not a broken world is a bug of ours, and stays loud. */
function problemFrom(cause: unknown): CloudError {
  if (cause instanceof CloudError) return cause
  throw cause
}

async function openNotes(profile: ProfileInTab): Promise<Notes> {
  const { Notes } = await import('./notes.svelte.ts')
  const doc = profile.openDoc(profile.notesId)
  await doc.ready
  return new Notes(doc)
}
