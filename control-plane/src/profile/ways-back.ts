import type { DeviceView, ProfileStatus } from './status.ts'
import type { WayView } from './ways.ts'

/** One thing that would bring the profile back when this browser is gone. */
export type WayBack = 'kit' | 'second-device' | 'second-storage' | 'wallet-or-passkey'

export interface WaysBack {
  readonly ways: readonly WayBack[]
  /** How many separate places hold a copy: this machine counts once, whatever runs on it. */
  readonly domains: number
  /** Two ways back: the profile survives the loss of either. */
  readonly enough: boolean
}

/** What is known of where a profile lies and how it opens. */
export type WaysBackFrom = Pick<ProfileStatus, 'devices' | 'ways'> & {
  /** Media besides this browser's own that hold a copy, by the place that would be lost with each. */
  readonly storages?: readonly { readonly failureDomain: string }[]
}

/** Two of: words that were checked, a second storage, a device on another machine, a wallet or passkey. */
export function waysBack({ devices, ways, storages = [] }: WaysBackFrom): WaysBack {
  const elsewhere = devices.filter(isElsewhere)
  const places = new Set(storages.map(({ failureDomain }) => failureDomain))
  const found: readonly (readonly [WayBack, boolean])[] = [
    ['kit', ways.some(({ kind }) => kind === 'phrase')],
    ['second-storage', places.size > 0],
    ['second-device', elsewhere.length > 0],
    ['wallet-or-passkey', ways.some(isHeldElsewhere)],
  ]
  const back = found.flatMap(([way, isThere]) => (isThere ? [way] : []))
  return { ways: back, domains: 1 + places.size + elsewhere.length, enough: back.length >= 2 }
}

/** A browser may be one on this same machine, and nothing tells: only what surely is elsewhere counts. */
function isElsewhere({ presence, class: kind, isOnThisMachine }: DeviceView): boolean {
  return presence !== 'revoked' && presence !== 'here' && kind !== 'browser' && isOnThisMachine !== true
}

/** A passphrase is remembered, and a built-in wallet is the same words as the kit. */
function isHeldElsewhere({ kind }: WayView): boolean {
  return kind === 'wallet-message' || kind === 'wallet-memo' || kind === 'passkey'
}
