import type { ProfileStatus } from './status.ts'

type BoardMessage = { readonly kind: 'status'; readonly status: ProfileStatus } | { readonly kind: 'ask' }

/** How a tab hears from the leader, itself included. */
export function watchStatus(channel: BroadcastChannel, onStatus: (status: ProfileStatus) => void): () => void {
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const message = parseBoardMessage(data)
    if (message?.kind === 'status') onStatus(message.status)
  }
  channel.addEventListener('message', listen)
  say(channel, { kind: 'ask' })
  return () => {
    channel.removeEventListener('message', listen)
  }
}

/** The leader's side: tells every tab at each change, and whoever asks. */
export function postStatus(channel: BroadcastChannel, current: () => ProfileStatus): { changed(): void } & Disposable {
  const changed = (): void => {
    say(channel, { kind: 'status', status: current() })
  }
  const listen = ({ data }: MessageEvent<unknown>): void => {
    if (parseBoardMessage(data)?.kind === 'ask') changed()
  }
  channel.addEventListener('message', listen)
  changed()
  return {
    changed,
    [Symbol.dispose]: () => {
      channel.removeEventListener('message', listen)
    },
  }
}

function say(channel: BroadcastChannel, message: BoardMessage): void {
  channel.postMessage(message)
}

/** The tabs of one origin are one trust; this only keeps out what another version of the page would say. */
function parseBoardMessage(said: unknown): BoardMessage | undefined {
  if (typeof said !== 'object' || said === null || !('kind' in said)) return undefined
  if (said.kind === 'ask') return { kind: 'ask' }
  const status: unknown = 'status' in said ? said.status : undefined
  return said.kind === 'status' && isStatus(status) ? { kind: 'status', status } : undefined
}

function isStatus(said: unknown): said is ProfileStatus {
  if (typeof said !== 'object' || said === null) return false
  const { devices, incidents, copies }: Partial<Record<string, unknown>> = { ...said }
  return Array.isArray(devices) && Array.isArray(incidents) && copies instanceof Map
}
