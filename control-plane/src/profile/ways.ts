import type { WayIn } from '@cloudos/crypto/way-in'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { SlotKind, SlotWay } from '@cloudos/protocol/slot'

/** A way in that somebody wants to use from now on: what opens its slot, and what the slot says of itself. */
export interface NewWay {
  readonly wayIn: WayIn
  readonly way: SlotWay
}

/** One way in as its owner sees it. */
export interface WayView {
  /** The hex of its slot's public key. */
  readonly name: string
  /** `unknown`: of a newer CloudOS. */
  readonly kind: SlotKind | 'unknown'
  readonly label: string
  readonly addedMs?: number
  /** The device it lies on, where it is one's own. */
  readonly deviceId?: DeviceId
}

/** `retire`: old copies still open with it. `revoke`: new keys for everything, so that an old copy reads nothing new. */
export type RemovalMode = 'retire' | 'revoke'

/** Why a way in did not open a profile. */
export type OpenRefusal =
  /** Another passphrase, wallet, passkey or other words than those of this profile. */
  | { readonly kind: 'wrong-way-in'; readonly way: SlotKind }
  /** The profile has no way in of this kind; it has these. */
  | { readonly kind: 'no-slot'; readonly way: SlotKind; readonly has: readonly SlotKind[] }
  /** What these ways in open was changed or damaged; empty when it cannot be told which. */
  | { readonly kind: 'corrupt-slot'; readonly ways: readonly SlotKind[] }
  | { readonly kind: 'newer-version' }
  /** What lies there belongs to another profile. */
  | { readonly kind: 'wrong-medium' }
  | { readonly kind: 'nothing-there' }

/** The ways in that stand in front of a browser's own copy; words are for when these are lost. */
export function isGuarding(kind: SlotKind | 'unknown'): boolean {
  return kind === 'passphrase' || kind === 'passkey' || kind === 'wallet-message' || kind === 'wallet-memo'
}
