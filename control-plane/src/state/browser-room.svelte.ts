import { roomFrom } from '@cloudos/protocol/room'
import type { Room } from '@cloudos/protocol/room'

const LOOK_EVERY_MS = 60_000

/** How much this browser lets this page keep, as it estimates while somebody looks. */
export class BrowserRoom {
  room = $state.raw<Room>({})

  /** Looks now and regularly. Returns what ends it. */
  watch(): () => void {
    void this.#look()
    const timer = setInterval(() => void this.#look(), LOOK_EVERY_MS)
    return () => {
      clearInterval(timer)
    }
  }

  async #look(): Promise<void> {
    const { usage, quota } = await navigator.storage.estimate()
    this.room = usage === undefined ? {} : roomFrom(quota, usage)
  }
}
