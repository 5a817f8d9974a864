import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import type { Clock } from '@cloudos/protocol/ports'
import type { Counters } from './counters.ts'

const EVERY_MS = 1_000

export interface MetricsFeedParts {
  readonly read: () => Promise<Counters>
  readonly clock: Clock
}

/** How the device is doing, once a second, to everybody who watches; while nobody does, nothing is read and no timer runs. */
export class MetricsFeed {
  readonly #parts: MetricsFeedParts
  readonly #watchers = new Set<(metrics: DeviceMetrics) => void>()
  #running: { readonly ended: Promise<void>; readonly stop: AbortController } | undefined
  #last: DeviceMetrics | undefined

  constructor(parts: MetricsFeedParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Tells until `signal` aborts, then resolves; who comes later is told the last figures at once. Rejects when reading breaks. */
  async watch(tell: (metrics: DeviceMetrics) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    this.#watchers.add(tell)
    if (this.#last !== undefined) tell(this.#last)
    this.#running ??= this.#start()
    const { ended, stop } = this.#running
    try {
      await Promise.race([ended, aborted(signal)])
    } finally {
      this.#watchers.delete(tell)
      if (this.#watchers.size === 0) stop.abort()
      if (this.#watchers.size === 0 && this.#running?.stop === stop) this.#running = this.#last = undefined
    }
  }

  #start(): { readonly ended: Promise<void>; readonly stop: AbortController } {
    const stop = new AbortController()
    return { ended: this.#run(stop.signal), stop }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    let before = await this.#read()
    let beforeMs = clock.monotonicMs()
    for (;;) {
      await clock.sleep(EVERY_MS, signal)
      if (signal.aborted) return
      const now = await this.#read()
      const nowMs = clock.monotonicMs()
      const metrics = metricsFrom(before, now, { tookMs: nowMs - beforeMs, atMs: clock.nowMs() })
      ;[before, beforeMs] = [now, nowMs]
      if (signal.aborted) return
      this.#last = metrics
      for (const tell of this.#watchers) tell(metrics)
    }
  }

  async #read(): Promise<Counters> {
    try {
      return await this.#parts.read()
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause)) throw cause
      throw new CloudError('not-measurable', 'The system does not tell how this device is doing.', cause)
    }
  }
}

interface Interval {
  readonly tookMs: number
  readonly atMs: number
}

/** Counters that went back (an interface came or went) count as nothing, never as less. */
export function metricsFrom(before: Counters, now: Counters, { tookMs, atMs }: Interval): DeviceMetrics {
  const share = (now.busyMs - before.busyMs) / Math.max(1, now.totalMs - before.totalMs)
  const perSecond = (a: number, b: number): number => Math.max(0, Math.round(((b - a) * 1000) / Math.max(1, tookMs)))
  const traffic = before.traffic &&
    now.traffic && {
      receivedBytesPerS: perSecond(before.traffic.receivedBytes, now.traffic.receivedBytes),
      sentBytesPerS: perSecond(before.traffic.sentBytes, now.traffic.sentBytes),
    }
  return {
    atMs,
    cpuPermille: Math.min(1000, Math.max(0, Math.round(1000 * share))),
    memory: now.memory,
    disk: now.disk,
    ...(traffic && { traffic }),
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => { resolve() }, { once: true }) // prettier-ignore
  })
}
