import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import type { DeviceNews } from '../profile/device-news.ts'

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
