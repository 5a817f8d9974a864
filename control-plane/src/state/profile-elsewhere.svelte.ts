import type { WayIn } from '@cloudos/crypto/way-in'
import type { CopyPlace, SealedCopy } from '@cloudos/mesh/pairing/talk'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'
import type { Result } from '@cloudos/protocol/result'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { AgentVisit } from '../profile/ask-agent.ts'
import type { TabEars } from '../profile/browser-profile.ts'
import type { ProfileInTab } from '../profile/profile.ts'
import type { OpenRefusal } from '../profile/ways.ts'
import type { DriveAsker } from './drive-sign-in.svelte.ts'
import type { ClosedDoor } from './opening.svelte.ts'

/** A copy as far as it can be seen without a way in. */
export interface SeenCopy {
  readonly copy: SealedCopy
  readonly kinds: readonly SlotKind[]
  /** Of the devices that were in the profile then. */
  readonly deviceNames: readonly string[]
}

/** A copy that can be opened from here. */
export interface FoundCopy extends SeenCopy {
  /** Leads into this browser, which then opens by itself or asks for a way in each time. */
  readonly doorFor: (how: { readonly opensByItself: boolean }) => ClosedDoor
}

export type OpenHere = (ears: TabEars) => Promise<ProfileInTab>

/** What looking for a profile needs of the world; everything rejects with `CloudError` only. */
export interface ElsewhereParts {
  /** Where the agent of the link may have a copy. */
  readonly placesOf: (link: string) => Promise<readonly CopyPlace['in'][]>
  /** Uses the link up. */
  readonly visit: (link: string) => Promise<AgentVisit>
  readonly look: (visit: AgentVisit, where: CopyPlace) => Promise<SeenCopy>
  /** Lets this browser in and keeps the profile here; resolves to what opens it now. */
  readonly signIn: (
    visit: AgentVisit,
    copy: SealedCopy,
    how: { readonly way: WayIn; readonly opensByItself: boolean; readonly from: CopyPlace['in'] },
  ) => Promise<Result<OpenHere, OpenRefusal>>
}

/** "I have a profile already": looked for at the agent that opened this page. One visit serves until it has ended. */
export class ProfileElsewhere implements DriveAsker {
  readonly #parts: ElsewhereParts
  readonly #link: string | undefined
  readonly #open: (open: OpenHere) => Promise<void>
  #visit: AgentVisit | undefined
  #isUsed = false

  /** `link`: what an agent opened this page with. `open`: shows the profile once it is here. */
  constructor(parts: ElsewhereParts, link: string | undefined, open: (open: OpenHere) => Promise<void>) {
    this.#parts = parts
    this.#link = link
    this.#open = open
  }

  /** Whether the link of this page has done its work. */
  get isUsed(): boolean {
    return this.#isUsed
  }

  /** Whether an agent can be asked from here. */
  get canAsk(): boolean {
    return this.#visit === undefined ? this.#link !== undefined && !this.#isUsed : !this.#visit.ended.aborted
  }

  /** Whether an agent has been asked and can be asked again. */
  get isVisiting(): boolean {
    return this.#visit?.ended.aborted === false
  }

  places(): Promise<readonly CopyPlace['in'][]> {
    return this.#link === undefined ? Promise.resolve([]) : this.#parts.placesOf(this.#link)
  }

  async look(where: CopyPlace): Promise<FoundCopy> {
    const visit = await this.#visiting()
    const seen = await this.#parts.look(visit, where)
    return {
      ...seen,
      doorFor: ({ opensByItself }) => ({
        profileId: seen.copy.profileId,
        open: (way) => this.#signIn(visit, seen.copy, { way, opensByItself, from: where.in }),
      }),
    }
  }

  /** Has the agent sign in to a Google Drive, to look there next. */
  async beginDrive(where: string): Promise<DriveAttempt> {
    return (await this.#visiting()).signIn.begin(where)
  }

  async finishDrive(answer: DriveAnswer): Promise<DriveAdded> {
    return (await this.#visiting()).signIn.finish(answer)
  }

  async #visiting(): Promise<AgentVisit> {
    if (this.#visit !== undefined && !this.#visit.ended.aborted) return this.#visit
    if (this.#link === undefined || this.#isUsed)
      throw new CloudError('no-link', 'Open this page by a fresh link: run “cloudos open” on this computer.')
    try {
      this.#visit = await this.#parts.visit(this.#link)
    } catch (cause) {
      // Whoever did not answer has not used it up.
      this.#isUsed = !(cause instanceof CloudError && ['unreachable', 'no-channel'].includes(cause.code))
      throw cause
    }
    this.#isUsed = true
    return this.#visit
  }

  async #signIn(
    visit: AgentVisit,
    copy: SealedCopy,
    how: Parameters<ElsewhereParts['signIn']>[2],
  ): Promise<OpenRefusal | undefined> {
    const signed = await this.#parts.signIn(visit, copy, how)
    if (!signed.ok) return signed.error
    this.#visit = undefined
    await this.#open(signed.value)
    return undefined
  }
}
