import type { WayIn } from '@cloudos/crypto/way-in'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import type { Result } from '@cloudos/protocol/result'
import type { OpenRefusal } from '../profile/ways.ts'
import type { FoundCopy, OpenHere, SeenCopy } from './profile-elsewhere.svelte.ts'

/** A repository as somebody types it. */
export interface DirectPlace {
  readonly where: string
  readonly token: string
  /** Whether the token is kept here, sealed. */
  readonly remember: boolean
}

/** Everything rejects with `CloudError` only. */
export interface DirectParts {
  readonly look: (place: DirectPlace) => Promise<SeenCopy>
  readonly signIn: (
    place: DirectPlace,
    copy: SealedCopy,
    how: { readonly way: WayIn; readonly opensByItself: boolean },
  ) => Promise<Result<OpenHere, OpenRefusal>>
}

/** "I have a profile already", and no agent: this browser itself looks into a repository. */
export class ProfileDirect {
  readonly #parts: DirectParts
  readonly #open: (open: OpenHere) => Promise<void>

  constructor(parts: DirectParts, open: (open: OpenHere) => Promise<void>) {
    this.#parts = parts
    this.#open = open
  }

  async look(place: DirectPlace): Promise<FoundCopy> {
    const seen = await this.#parts.look(place)
    return {
      ...seen,
      doorFor: ({ opensByItself }) => ({
        profileId: seen.copy.profileId,
        open: (way) => this.#signIn(place, seen.copy, { way, opensByItself }),
      }),
    }
  }

  async #signIn(
    place: DirectPlace,
    copy: SealedCopy,
    how: { readonly way: WayIn; readonly opensByItself: boolean },
  ): Promise<OpenRefusal | undefined> {
    const signed = await this.#parts.signIn(place, copy, how)
    if (!signed.ok) return signed.error
    await this.#open(signed.value)
    return undefined
  }
}
