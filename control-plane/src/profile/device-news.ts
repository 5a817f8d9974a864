import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'

/** What the leader, who can ask, tells of a device that some tab looks at. It is kept by whoever hears it and nowhere else. */
export type DeviceNews = { readonly deviceId: DeviceId } & (
  | { readonly news: 'metrics'; readonly metrics: DeviceMetrics }
  /** Its signature has been verified. */
  | { readonly news: 'capabilities'; readonly record: CapabilityRecord }
  | { readonly news: 'failed'; readonly message: string }
)

/** A device on some tab's screen, and the seq of the record the tab has of it: 0 for none. */
export interface LookedAt {
  readonly deviceId: DeviceId
  readonly seq: number
}

/** How often a tab says that it still looks, and how long the leader believes it. A tab that is closed says nothing. */
export const LOOK_EVERY_MS = 3_000
export const LOOK_LASTS_MS = 8_000

export function sayNews(channel: BroadcastChannel, news: DeviceNews): void {
  channel.postMessage({ deviceNews: news })
}

export function watchNews(channel: BroadcastChannel, onNews: (news: DeviceNews) => void): () => void {
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const news = findNews(data)
    if (news !== undefined) onNews(news)
  }
  channel.addEventListener('message', listen)
  return () => {
    channel.removeEventListener('message', listen)
  }
}

/** The tabs of one origin are one trust; parsing only keeps out what another version of the page would say. */
function findNews(said: unknown): DeviceNews | undefined {
  const { deviceNews } = fieldsOf(said)
  return isNews(deviceNews) ? deviceNews : undefined
}

function isNews(said: unknown): said is DeviceNews {
  const { news, deviceId, metrics, record, message } = fieldsOf(said)
  if (typeof deviceId !== 'string') return false
  if (news === 'metrics') return typeof metrics === 'object'
  return news === 'capabilities' ? typeof record === 'object' : news === 'failed' && typeof message === 'string'
}

export function findLookedAt(said: unknown): readonly LookedAt[] {
  if (!Array.isArray(said)) return []
  return said.flatMap((one: unknown) => {
    const { deviceId, seq } = fieldsOf(one)
    const id = typeof deviceId === 'string' ? findId('DeviceId', deviceId) : undefined
    return id === undefined || typeof seq !== 'number' ? [] : [{ deviceId: id, seq }]
  })
}

function fieldsOf(said: unknown): Partial<Record<string, unknown>> {
  return typeof said === 'object' && said !== null ? { ...said } : {}
}
