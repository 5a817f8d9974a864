import { createContext } from 'svelte'
import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LOOK_EVERY_MS } from '../profile/device-news.ts'
import type { DeviceNews } from '../profile/device-news.ts'
import type { OpenProfile } from '../profile/profile.ts'

/** Two minutes at one a second. */
const SAMPLES_KEPT = 120

/** What this tab has heard of one device; it stays when the device goes, with its times. */
export class LiveDevice {
  samples = $state.raw<readonly DeviceMetrics[]>([])
  record = $state.raw<CapabilityRecord | undefined>()
  problem = $state.raw<string | undefined>()

  get last(): DeviceMetrics | undefined {
    return this.samples.at(-1)
  }

  hear(news: DeviceNews): void {
    this.problem = news.news === 'failed' ? news.message : undefined
    if (news.news === 'capabilities') this.record = news.record
    if (news.news === 'metrics') this.samples = [...this.samples.slice(1 - SAMPLES_KEPT), news.metrics]
  }
}

/** The devices on this tab's screen. While the tab is hidden or shows none, it asks for nothing and hears nothing. */
export class LiveDevices {
  readonly #profile: Pick<OpenProfile, 'onDeviceNews' | 'wish'>
  readonly #deviceById = new Map<DeviceId, LiveDevice>()
  readonly #watchers = new Map<DeviceId, number>()
  #stop: (() => void) | undefined

  constructor(profile: Pick<OpenProfile, 'onDeviceNews' | 'wish'>) {
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

  #start(): () => void {
    const look = (): void => {
      this.look()
    }
    const forget = this.#profile.onDeviceNews((news) => {
      if (!document.hidden && this.#watchers.has(news.deviceId)) this.of(news.deviceId).hear(news)
    })
    const timer = setInterval(look, LOOK_EVERY_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      forget()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }
}

/** Whose devices they are is known once the profile is open. */
export const [liveDevices, provideLiveDevices] = createContext<() => LiveDevices | undefined>()
