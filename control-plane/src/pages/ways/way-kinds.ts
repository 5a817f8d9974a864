import type { SlotKind } from '@cloudos/protocol/slot'
import type { IconName } from '../../ui/icons.ts'

/** The ways in that a page can ask for, in the order they are offered. */
export const ASKABLE = ['passkey', 'passphrase', 'wallet-message', 'phrase'] as const satisfies readonly SlotKind[]
export type AskableKind = (typeof ASKABLE)[number]

const FACES: Readonly<Record<AskableKind, { readonly label: string; readonly icon: IconName }>> = {
  passkey: { label: 'Passkey', icon: 'shield' },
  passphrase: { label: 'Passphrase', icon: 'locked' },
  'wallet-message': { label: 'Wallet', icon: 'wallet' },
  phrase: { label: 'Recovery words', icon: 'note' },
}

const MEMO = { label: 'Wallet, by a transaction that is never sent; untried on hardware', icon: 'wallet' } as const

/** Asked for by a command on its machine, and by no page. */
const KEYCHAIN = { label: 'Key that a machine keeps for itself', icon: 'monitor' } as const

export function faceOf(kind: SlotKind | 'unknown'): { readonly label: string; readonly icon: IconName } {
  if (kind === 'wallet-memo') return MEMO
  if (kind === 'device-keychain') return KEYCHAIN
  const askable = ASKABLE.find((known) => known === kind)
  return askable === undefined ? { label: 'Another way', icon: 'key' } : FACES[askable]
}

/** Which of them a profile has; all when it cannot be told, since trying harms nothing. */
export function askableAmong(kinds: readonly SlotKind[]): readonly AskableKind[] {
  const asked = kinds.map(askedAs)
  const among = ASKABLE.filter((kind) => asked.includes(kind))
  return among.length > 0 ? among : ASKABLE
}

/** A wallet is a wallet for whoever opens something: how it is asked is its own affair. */
export function askedAs(kind: SlotKind | 'unknown'): SlotKind | 'unknown' {
  return kind === 'wallet-memo' ? 'wallet-message' : kind
}
