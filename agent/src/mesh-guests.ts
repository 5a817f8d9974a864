import { abortAfter } from '@cloudos/mesh/abort-after'
import { serveCopy } from '@cloudos/mesh/device-copy/serve-copy'
import type { OpenCopy } from '@cloudos/mesh/device-copy/serve-copy'
import type { MeshNode } from '@cloudos/mesh/node-parts'
import { answerPairing } from '@cloudos/mesh/pairing/pair'
import type { PairingParts, SignInForVisitor } from '@cloudos/mesh/pairing/pair'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Clock, Rng } from '@cloudos/protocol/ports'
import { CopyVisit } from './copy-visit.ts'
import type { CodeDesk } from './device-code/code-desk.ts'
import type { Journal } from './journal/journal.ts'
import type { MediaDesk } from './media/media-desk.ts'
import type { MeshEntry } from './mesh-entry.ts'
import type { PairingDesk } from './pairing-desk.ts'

export interface MeshGuestsParts {
  readonly node: MeshNode
  readonly desk: PairingDesk
  readonly codes: CodeDesk
  readonly entry: MeshEntry
  readonly journal: Pick<Journal, 'ways'>
  readonly clock: Clock
  readonly rng: Rng
  readonly stopped: AbortSignal
  readonly profile: () => Profile | undefined
  /** Whether this peer may stay without being a guest. */
  readonly mayConnect: (peerId: string) => boolean
  readonly pairing: (channel: Channel, secrets: readonly Uint8Array[], signal: AbortSignal) => PairingParts
}

/** Peers that have proved a link or a code and are not let in yet, and those that have proved nothing and have to go. */
export class MeshGuests {
  readonly #parts: MeshGuestsParts
  readonly #guests = new Set<string>()

  constructor(parts: MeshGuestsParts) {
    this.#parts = parts
  }

  /** Talks with whoever proves a link; copies are shown to it from the places of this machine too. */
  async answer(channel: Channel, media: MediaDesk, signIn: SignInForVisitor): Promise<void> {
    const { desk, entry, journal, clock, profile, pairing } = this.#parts
    const signal = this.#whileThere(channel)
    const visit = new CopyVisit({ profile, ways: journal.ways, media, signIn, clock })
    try {
      await answerPairing(
        pairing(channel, desk.secrets(), signal),
        {
          ...entry.joining,
          clock,
          profileId: profile()?.membership.profileId,
          admit: (request) => desk.receive(request, signal),
          copyAt: (where) => visit.show(where),
          signIn: {
            begin: (where) => visit.beginSignIn(where),
            finish: (answer) => visit.finishSignIn(answer),
          },
          takeIn: ({ peer }, entries) => visit.takeIn(peer.peerPublicKey, entries),
          join: (joined, entries) => entry.enter(joined, entries, () => visit.settle(joined)),
        },
        (secret) => {
          desk.use(secret)
          this.#guests.add(channel.peerId)
        },
      )
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      if (cause.code === 'pairing-refused') desk.countFailure()
    }
    await this.#takeLeave(channel)
  }

  /** Shows a copy of what this device keeps to whoever proves the code that it shows. */
  async showCopy(channel: Channel, openCopy: () => Promise<OpenCopy>): Promise<void> {
    const { node, codes, clock, rng, profile } = this.#parts
    const { peerId } = channel
    const secret = codes.secretFor(peerId)
    try {
      await serveCopy({
        ...{ channel, peerId: node.peerId, rng, clock, secret, openCopy },
        signal: this.#whileThere(channel),
        isKnown: codes.isKnown(peerId),
        onProved: () => {
          if (secret !== undefined) codes.use(secret, peerId)
          this.#guests.add(peerId)
        },
        takeIn: async (entries) => {
          await profile()?.authority.take(entries)
          if (profile()?.admits(peerId) !== true)
            throw new CloudError('not-let-in', 'What a newcomer has signed does not let it in.')
        },
      })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      if (cause.code === 'code-refused' || cause.code === 'pairing-refused') codes.countFailure()
    }
    await this.#takeLeave(channel)
  }

  /** A stranger may stay for as long as it takes to prove a link, and a guest until the owner has decided. */
  async sendAwayLater(peerId: string, delayMs: number = LIMITS.strangerMaxMs): Promise<void> {
    const { node, clock, stopped, mayConnect } = this.#parts
    await clock.sleep(delayMs, stopped)
    if (stopped.aborted || this.#guests.has(peerId) || mayConnect(peerId)) return
    await node.hangUp(peerId)
  }

  /** Aborts when the other end leaves, when its time is over, or when the agent ends. */
  #whileThere(channel: Channel): AbortSignal {
    const left = new AbortController()
    channel.onClose(() => {
      left.abort()
    })
    return abortAfter(this.#parts.clock, LIMITS.pairingTtlMs, this.#parts.stopped, left.signal)
  }

  async #takeLeave(channel: Channel): Promise<void> {
    channel.close()
    this.#guests.delete(channel.peerId)
    await this.sendAwayLater(channel.peerId)
  }
}
