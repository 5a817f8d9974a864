import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { findPlace } from '@cloudos/mesh/device-copy/address'
import type { Profile } from '@cloudos/mesh/profile'
import { hashAt, reachOf } from '@cloudos/mesh/recovery/scratch'
import { reachOfCopy } from '@cloudos/mesh/recovery/rehearse'
import { profileStateHash } from '@cloudos/mesh/state-hash'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DocId, Hash, ProfileId } from '@cloudos/protocol/ids'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { Recovered, ShownForRecovery } from '@cloudos/protocol/recovery-commands'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import type { Ways } from '../journal/ways.ts'
import type { MediaDesk } from '../media/media-desk.ts'
import type { FreshnessDesk } from '../safety/freshness-desk.ts'
import { shownCopy } from './shown-copy.ts'

export interface RecoveryDeskParts {
  readonly mesh: RecoveringMesh
  readonly media: MediaDesk
  readonly ways: Ways
  readonly freshness: Pick<FreshnessDesk, 'begin'>
  readonly clock: Clock
  readonly rng: Rng
}

/** As much of this device in the mesh as coming back needs. */
export interface RecoveringMesh {
  readonly profile: Profile | undefined
  readonly isRemoved: boolean
  makeCertificate(profileId: ProfileId, challenge: Uint8Array): Promise<Uint8Array>
  /** Takes the log when it lets this device in, and opens the profile; `onLetIn` runs when that is certain and nothing is written yet. */
  enter(profileId: ProfileId, entries: readonly Uint8Array[], onLetIn: () => Promise<void>): Promise<void>
}

/** This device comes back into a profile from a copy. What opens the copy stays with whoever asks: only its root's signature comes here. */
export class RecoveryDesk {
  readonly #parts: RecoveryDeskParts

  constructor(parts: RecoveryDeskParts) {
    this.#parts = parts
  }

  /** Rejects (`CloudError`) with what is wrong with the place or the copy; nothing is kept. */
  async read(place: NewMedium, tell: (entries: readonly Uint8Array[]) => void): Promise<ShownForRecovery> {
    this.#refuseMember()
    const copy = await this.#parts.media.copyIn(place)
    const challenge = this.#parts.rng.bytes(32)
    const certificate = await this.#parts.mesh.makeCertificate(copy.profileId, challenge)
    return { ...shownCopy(copy, tell), certificate, challenge }
  }

  /**
   * `entries` let this device in. The place becomes a medium of it before the log is written, so that what lies there comes in any case,
   * also when this process ends in between. Resolves when all of it is here.
   */
  async enter(place: NewMedium, entries: readonly Uint8Array[]): Promise<Recovered> {
    this.#refuseMember()
    const { mesh, media, ways, freshness } = this.#parts
    const copy = await media.copyIn(place)
    const { profileId, slots, sealedVault } = copy
    const adopted = Promise.withResolvers<string>()
    await mesh.enter(profileId, [...copy.entries, ...entries], async () => {
      freshness.begin(place.kind === 'peer' ? findPlace(place.where)?.peerId : undefined)
      ways.put({ slots, sealedVault })
      adopted.resolve(await media.adopt(place, copy))
    })
    const mediumId = await adopted.promise
    const problem = await this.#bring(mediumId)
    return { ...(await this.#told(copy)), unread: media.unreadIn(mediumId), ...(problem !== undefined && { problem }) }
  }

  /** What lies there is taken before anything is written there: a stick that is write-protected brings everything too. */
  async #bring(mediumId: string): Promise<string | undefined> {
    try {
      await this.#parts.media.sync(mediumId)
      return undefined
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      return cause.message
    }
  }

  async #told(copy: StoredCopy): Promise<Omit<Recovered, 'unread' | 'problem'>> {
    const { mesh, clock, rng } = this.#parts
    const { profile } = mesh
    if (profile === undefined) throw new CloudError('removed', 'The profile of that copy has shut this device out.')
    const parts = { membership: profile.membership, clock, rng, onIncident: () => undefined }
    const reach = reachOfCopy(copy)
    const hashByDoc = new Map<DocId, Hash>()
    let edits = 0
    for (const [docId, chains] of reach) {
      const doc = await profile.replica.open(docId)
      const hash = await hashAt(doc, chains, parts)
      if (hash !== undefined) hashByDoc.set(docId, hash)
      const got = reachOf(profile.replica).get(docId)
      for (const [chain, seq] of chains) edits += Math.min(seq, got?.get(chain) ?? 0)
    }
    return {
      profileId: copy.profileId,
      devices: profile.membership.members().filter(({ revoked }) => !revoked).length,
      documents: hashByDoc.size,
      edits,
      stateHash: profileStateHash(hashByDoc),
    }
  }

  #refuseMember(): void {
    const { mesh } = this.#parts
    if (mesh.profile === undefined && !mesh.isRemoved) return
    throw new CloudError(
      'in-a-profile',
      'This device is in a profile already. To bring another one back here, start CloudOS with CLOUDOS_HOME=/another/folder.',
    )
  }
}
