import { issueCertificate } from '@cloudos/crypto/certificate-check'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { membershipFrom } from '@cloudos/crypto/membership'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import type { Joining } from '@cloudos/mesh/pairing/pair'
import type { Profile } from '@cloudos/mesh/profile'
import { NAME_IN_LOG } from '@cloudos/mesh/profile-doc/device-names'
import { encodeCertificate } from '@cloudos/protocol/certificate'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import type { Journal } from './journal/journal.ts'

/** Called once it is certain that a profile lets this device in, before anything of it is written down. */
export type OnLetIn = () => void | Promise<void>

export interface MeshEntryParts {
  readonly identity: DeviceIdentity
  readonly journal: Pick<Journal, 'authority' | 'settings'>
  readonly clock: Clock
  /** The one this device is in. */
  readonly profile: () => Profile | undefined
  /** Whether the profile of this home has shut this device out. */
  readonly isRemoved: () => boolean
  /** Opens the profile that the journal holds. */
  readonly open: (profileId: ProfileId) => Promise<void>
}

/** How this device comes into a profile: into one, and never into a second. */
export class MeshEntry {
  readonly #parts: MeshEntryParts
  #last: Promise<void> = Promise.resolve()

  constructor(parts: MeshEntryParts) {
    this.#parts = parts
  }

  /** What a pairing needs of it. */
  readonly joining: Joining = {
    makeCertificate: (profileId, challenge) => this.makeCertificate(profileId, challenge),
    join: (profileId, entries) => this.enter(profileId, entries),
  }

  /** What this device asks a profile's root to sign in; its proof is made over `challenge`. */
  async makeCertificate(profileId: ProfileId, challenge: Uint8Array): Promise<Uint8Array> {
    const { identity, clock } = this.#parts
    const asked = { name: NAME_IN_LOG, class: 'agent' as const, caps: ['exec'] as const, nowMs: clock.nowMs() }
    return encodeCertificate(await issueCertificate({ profileId, identity, challenge, ...asked }))
  }

  /** Comes into a profile by its log, once that lets this device in. One at a time: two links used at once must not put one device into two profiles. */
  enter(profileId: ProfileId, entries: readonly Uint8Array[], onLetIn?: OnLetIn): Promise<void> {
    const entering = this.#last.then(() => this.#enter(profileId, entries, onLetIn))
    this.#last = entering.catch(() => undefined)
    return entering
  }

  /** Throws `CloudError` 'removed' or 'in-another-profile'. */
  refuseAnother(profileId: ProfileId): void {
    const profile = this.#parts.profile()
    if (this.#parts.isRemoved())
      throw new CloudError(
        'removed',
        'This device was removed from its profile, and its home still holds what it had. Start it with CLOUDOS_HOME=/another/folder and add it as a new device.',
      )
    if (profile !== undefined && profile.membership.profileId !== profileId)
      throw new CloudError(
        'in-another-profile',
        'This device is in another profile already. Start it with CLOUDOS_HOME=/another/folder to join this one.',
      )
  }

  async #enter(profileId: ProfileId, entries: readonly Uint8Array[], onLetIn?: OnLetIn): Promise<void> {
    this.refuseAnother(profileId)
    const profile = this.#parts.profile()
    if (profile !== undefined) {
      await onLetIn?.()
      await profile.authority.take(entries)
      return
    }
    const { journal, identity, open } = this.#parts
    const nowhere = { load: () => Promise.resolve({ entries, keyChanges: [] }), append: () => Promise.resolve() }
    const { state } = await AuthorityLog.open(profileId, nowhere)
    if (!membershipFrom(state, identity).ok)
      throw new CloudError(
        'not-a-member',
        'The other device sent a profile that does not let this one in. Nothing was changed.',
      )
    await onLetIn?.()
    await journal.authority.append(entries, state.keyChanges)
    journal.settings.set('profile-id', profileId)
    await open(profileId)
  }
}
