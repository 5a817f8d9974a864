/** How long the owner may be away before the profile locks by itself. */
export const IDLE_LIMIT_MS = 15 * 60_000

/** Since when nobody has touched any tab. Wall time, so that a computer that slept wakes up locked. */
export class IdleClock {
  #touchedMs: number

  constructor(nowMs: number) {
    this.#touchedMs = nowMs
  }

  touch(nowMs: number): void {
    this.#touchedMs = Math.max(nowMs, this.#touchedMs)
  }

  /** Until it locks; 0 when that is now. A clock set back does not buy time. */
  leftMs(nowMs: number): number {
    const awayMs = Math.abs(nowMs - this.#touchedMs)
    return Math.max(0, IDLE_LIMIT_MS - awayMs)
  }
}
