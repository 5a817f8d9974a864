import { codeText } from '@cloudos/mesh/device-copy/code'
import { codeRefused } from '@cloudos/mesh/device-copy/proof'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'

interface ShownCode {
  readonly secret: Uint8Array
  /** Later, once somebody has proved it: that one may come back with it while its visit lasts. */
  expiresAtMs: number
  triesLeft: number
  /** Who has proved it: nobody else can any more. */
  provedBy?: string
}

/** Long enough to type 24 words, and short enough that nobody forgets who came. */
const VISIT_MS = 60 * 60_000

/** The code that this device shows for the copy it keeps, and the newcomers that have proved one. Forgotten when the agent ends. */
export class CodeDesk {
  readonly #clock: Clock
  readonly #rng: Rng
  #shown: ShownCode | undefined
  readonly #visitUntilMs = new Map<string, number>()

  constructor(clock: Clock, rng: Rng) {
    this.#clock = clock
    this.#rng = rng
  }

  /** A fresh code, for one newcomer within ten minutes and five tries. The one before is worth nothing from now on. */
  show(): { readonly code: string; readonly expiresAtMs: number } {
    const secret = this.#rng.bytes(16)
    const expiresAtMs = this.#clock.nowMs() + LIMITS.pairingTtlMs
    this.#shown = { secret, expiresAtMs, triesLeft: LIMITS.pairingTries }
    return { code: codeText(secret), expiresAtMs }
  }

  /** Whether this peer may be connected for the code's sake: anybody while one is out, and whoever has proved one. */
  mayKnock(peerId: string): boolean {
    return this.secretFor(peerId) !== undefined || this.isKnown(peerId)
  }

  /** What this peer may prove now. */
  secretFor(peerId: string): Uint8Array | undefined {
    const shown = this.#shown
    if (shown === undefined || shown.expiresAtMs <= this.#clock.nowMs() || shown.triesLeft <= 0) return undefined
    return shown.provedBy === undefined || shown.provedBy === peerId ? shown.secret : undefined
  }

  /** This peer has proved it. Throws when another was faster, or the time has run out meanwhile. */
  use(secret: Uint8Array, peerId: string): void {
    if (this.#shown === undefined || this.secretFor(peerId) !== secret) throw codeRefused()
    this.#shown.provedBy = peerId
    this.#shown.expiresAtMs = this.#clock.nowMs() + VISIT_MS
    this.#visitUntilMs.set(peerId, this.#shown.expiresAtMs)
  }

  /** Whether this peer has proved a code and may come back with what lets it in. */
  isKnown(peerId: string): boolean {
    return (this.#visitUntilMs.get(peerId) ?? 0) > this.#clock.nowMs()
  }

  /** Somebody did not know the code. */
  countFailure(): void {
    if (this.#shown !== undefined) this.#shown.triesLeft -= 1
  }
}
