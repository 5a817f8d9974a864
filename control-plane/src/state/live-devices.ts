import { createContext } from 'svelte'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LOOK_EVERY_MS } from '../profile/device-news.ts'
import type { DeviceNews } from '../profile/device-news.ts'
import type { ProfileInTab } from '../profile/profile.ts'
import { LiveDevice } from './live-device.svelte.ts'

const BEAT_MS = 1_000

/** The devices on this tab's screen. While the tab is hidden or shows none, it asks for nothing and hears nothing. */
export class LiveDevices {
  readonly #profile: Pick<ProfileInTab, 'onDeviceNews' | 'wish'>
  readonly #deviceById = new Map<DeviceId, LiveDevice>()
  readonly #watchers = new Map<DeviceId, number>()
  /** Heard since the last tick. */
  #news: DeviceNews[] = []
  #stop: (() => void) | undefined

  constructor(profile: Pick<ProfileInTab, 'onDeviceNews' | 'wish'>) {
    this.#profile = profile
  }

  of(deviceId: DeviceId): LiveDevice {
    const known = this.#deviceById.get(deviceId)
    if (known !== undefined) return known
    const device = new LiveDevice()
    this.#deviceById.set(deviceId, device)
    return device
  }

  /** Until the returned function is called. */
  watch(deviceId: DeviceId): () => void {
    this.#watchers.set(deviceId, (this.#watchers.get(deviceId) ?? 0) + 1)
    this.#stop ??= this.#start()
    this.look()
    return () => {
      const left = (this.#watchers.get(deviceId) ?? 1) - 1
      if (left > 0) this.#watchers.set(deviceId, left)
      else this.#watchers.delete(deviceId)
      if (this.#watchers.size > 0) return
      this.#stop?.()
      this.#stop = undefined
    }
  }

  look(): void {
    if (document.hidden) return
    const devices = [...this.#watchers.keys()].map((deviceId) => ({
      deviceId,
      seq: this.of(deviceId).record?.seq ?? 0,
    }))
    this.#profile.wish({ wish: 'look', devices })
  }

  /** Every device speaks at its own moment of the second. Shown on one beat, all of them cost one painting, not one each. */
  #hear(news: DeviceNews): void {
    if (document.hidden || !this.#watchers.has(news.deviceId)) return
    const device = this.of(news.deviceId)
    if (device.last === undefined || news.news !== 'metrics') {
      device.hear(news)
      return
    }
    if (this.#news.length === 0) setTimeout(() => { this.#show() }, BEAT_MS - (Date.now() % BEAT_MS)) // prettier-ignore
    this.#news.push(news)
  }

  #show(): void {
    for (const news of this.#news.splice(0)) this.of(news.deviceId).hear(news)
  }

  #start(): () => void {
    const look = (): void => {
      this.look()
    }
    const forget = this.#profile.onDeviceNews((news) => {
      this.#hear(news)
    })
    const timer = setInterval(look, LOOK_EVERY_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      forget()
      clearInterval(timer)
      this.#news = []
      document.removeEventListener('visibilitychange', look)
    }
  }
}

/** Whose devices they are is known once the profile is open. */
export const [liveDevices, provideLiveDevices] = createContext<() => LiveDevices | undefined>()
