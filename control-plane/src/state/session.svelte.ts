import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileInTab } from '../profile/profile.ts'
import type { ProfileStatus } from '../profile/status.ts'
import type { Notes } from './notes.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

export type SessionPhase =
  /** Looking whether this browser holds a profile. */
  | { readonly phase: 'looking' }
  | { readonly phase: 'none' }
  /** The code that opens it is on its way. */
  | { readonly phase: 'opening' }
  | { readonly phase: 'open'; readonly profile: ProfileInTab }
  | { readonly phase: 'failed'; readonly problem: CloudError }

/** What the session needs of the world; `main.ts` wires it. Everything rejects with `CloudError` only. */
export interface SessionParts {
  /** Whether this browser holds a profile. */
  readonly find: () => Promise<boolean>
  /** Opens the profile that is here. `onProblem`: its leader broke down. */
  readonly open: (onProblem: (problem: CloudError) => void) => Promise<ProfileInTab>
  readonly found: () => Promise<void>
  /** The link an agent opened this page with. */
  readonly link: string | undefined
  readonly toasts: Toasts
}

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
  readonly #parts: SessionParts

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    await this.#orFail(async () => {
      this.now = { phase: 'looking' }
      if (await this.#parts.find()) await this.#open()
      else this.now = { phase: 'none' }
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
    await this.#orFail(() => this.#open())
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

  retryNotes(): void {
    this.notes = undefined
    this.openNotes()
  }

  async #open(): Promise<void> {
    this.now = { phase: 'opening' }
    const profile = await this.#parts.open((problem) => {
      this.now = { phase: 'failed', problem }
      this.notes = undefined
      this.status = undefined
      void profile[Symbol.asyncDispose]()
    })
    profile.onStatus((status) => {
      this.#noteStatus(profile, status)
    })
    this.now = { phase: 'open', profile }
  }

  #noteStatus(profile: ProfileInTab, status: ProfileStatus): void {
    // The first word of a leader: somebody listens now.
    if (this.status === undefined && this.#parts.link !== undefined)
      profile.wish({ wish: 'meet', link: this.#parts.link })
    if (this.status?.meeting.phase === 'meeting' && status.meeting.phase === 'met')
      this.#parts.toasts.show({
        tone: 'good',
        title: 'This computer is one of your devices',
        detail: 'It keeps a copy of everything.',
      })
    this.status = status
  }

  async #orFail(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
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
