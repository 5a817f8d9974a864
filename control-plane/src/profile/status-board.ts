import { REVOCATION_REASONS } from '@cloudos/protocol/authority-body'
import type { RevocationReason } from '@cloudos/protocol/authority-body'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { LookedAt } from './device-news.ts'
import { findLookedAt } from './device-news.ts'
import type { ProfileStatus } from './status.ts'

/** What a tab may want of the leader, which alone holds the connections. Its outcome is seen in the status. */
export type Wish =
  | { readonly wish: 'status' }
  /** Go through the link an agent showed this tab. */
  | { readonly wish: 'meet'; readonly link: string }
  | { readonly wish: 'invite' }
  | { readonly wish: 'confirm'; readonly requestId: string }
  | { readonly wish: 'refuse'; readonly requestId: string; readonly reason: 'words-differ' | 'not-mine' }
  | { readonly wish: 'stop-pairing' }
  /** Somebody looks at these devices, for the next few seconds. */
  | { readonly wish: 'look'; readonly devices: readonly LookedAt[] }
  | { readonly wish: 'rename'; readonly deviceId: DeviceId; readonly name: string }
  /** Keep a copy in a repository, from this browser; an empty token forgets it. */
  | { readonly wish: 'direct'; readonly where: string; readonly token: string; readonly remember: boolean }
  /** Write over what lies there, although it shows what it should not. */
  | { readonly wish: 'trust-direct' }
  | { readonly wish: 'remove'; readonly deviceId: DeviceId; readonly reason: RevocationReason }

/** How a tab hears from the leader, itself included: at each change, and once when it asks. */
export function watchStatus(channel: BroadcastChannel, onStatus: (status: ProfileStatus) => void): () => void {
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const status = findStatus(data)
    if (status !== undefined) onStatus(status)
  }
  channel.addEventListener('message', listen)
  sayWish(channel, { wish: 'status' })
  return () => {
    channel.removeEventListener('message', listen)
  }
}

export function sayWish(channel: BroadcastChannel, wish: Wish): void {
  channel.postMessage(wish)
}

export interface StatusBoard extends Disposable {
  /** Tells every tab what is so now. */
  show(): void
}

/** The leader's side. */
export function openStatusBoard(
  channel: BroadcastChannel,
  current: () => ProfileStatus,
  onWish: (wish: Wish) => void,
): StatusBoard {
  const show = (): void => {
    channel.postMessage({ status: current() })
  }
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const wish = findWish(data)
    if (wish?.wish === 'status') show()
    else if (wish !== undefined) onWish(wish)
  }
  channel.addEventListener('message', listen)
  show()
  return {
    show,
    [Symbol.dispose]: () => {
      channel.removeEventListener('message', listen)
    },
  }
}

/** The tabs of one origin are one trust; parsing only keeps out what another version of the page would say. */
function findWish(said: unknown): Wish | undefined {
  const { wish, link, requestId, reason, devices } = fieldsOf(said)
  if (wish === 'status' || wish === 'invite' || wish === 'stop-pairing' || wish === 'trust-direct') return { wish }
  if (wish === 'meet' && typeof link === 'string') return { wish, link }
  if (wish === 'look') return { wish, devices: findLookedAt(devices) }
  if (wish === 'remove') return findRemoval(said)
  if (wish === 'rename') return findRenaming(said)
  if (wish === 'direct') return findDirectWish(said)
  if (typeof requestId !== 'string') return undefined
  if (wish === 'confirm') return { wish, requestId }
  if (wish === 'refuse' && (reason === 'words-differ' || reason === 'not-mine')) return { wish, requestId, reason }
  return undefined
}

function findRemoval(said: unknown): Wish | undefined {
  const fields = fieldsOf(said)
  const deviceId = findId('DeviceId', fields['deviceId'])
  const reason = REVOCATION_REASONS.find((known) => known === fields['reason'])
  return deviceId === undefined || reason === undefined ? undefined : { wish: 'remove', deviceId, reason }
}

function findRenaming(said: unknown): Wish | undefined {
  const fields = fieldsOf(said)
  const deviceId = findId('DeviceId', fields['deviceId'])
  const name = fields['name']
  return deviceId === undefined || typeof name !== 'string' ? undefined : { wish: 'rename', deviceId, name }
}

function findDirectWish(said: unknown): Wish | undefined {
  const { where, token, remember } = fieldsOf(said)
  if (typeof where !== 'string' || typeof token !== 'string') return undefined
  return { wish: 'direct', where, token, remember: remember === true }
}

function findStatus(said: unknown): ProfileStatus | undefined {
  const { status } = fieldsOf(said)
  return isStatus(status) ? status : undefined
}

function isStatus(said: unknown): said is ProfileStatus {
  const { devices, incidents, behind, pairing, meeting, removal, protection, ways } = fieldsOf(said)
  const whole =
    typeof pairing === 'object' &&
    typeof meeting === 'object' &&
    typeof removal === 'object' &&
    typeof protection === 'object'
  return whole && Array.isArray(ways) && Array.isArray(devices) && Array.isArray(incidents) && behind instanceof Map
}

function fieldsOf(said: unknown): Partial<Record<string, unknown>> {
  return typeof said === 'object' && said !== null ? { ...said } : {}
}
