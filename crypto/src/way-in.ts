import type { SlotKind, SlotParts, SlotWay } from '@cloudos/protocol/slot'
import { stretchPassphrase } from './passphrase.ts'
import type { MaybePromise } from './signature.ts'

/** What a slot says of itself to whoever would open it. */
export type Lock = Pick<SlotParts, 'nonce'> & SlotWay

/**
 * One half of what opens a slot, the other being the slot itself. `secretFor` gives bytes that only this way in has for this slot;
 * they are wiped after use. It may ask a person, and rejects when they decline.
 */
export interface WayIn {
  readonly kind: SlotKind
  readonly secretFor: (lock: Lock) => MaybePromise<Uint8Array>
  /** The secret comes from a device or program of somebody else, which might not give the same answer twice. */
  readonly isAsked: boolean
}

/** The 32 bytes that `parsePhrase` read. */
export function phraseWay(entropy32: Uint8Array): WayIn {
  return heldWay('phrase', entropy32)
}

/** 32 random bytes in the operating system's keychain. */
export function keychainWay(secret32: Uint8Array): WayIn {
  return heldWay('device-keychain', secret32)
}

/** The seed itself, never a signature of it: what a page can have signed must not open anything. */
export function builtInWalletWay(seed32: Uint8Array): WayIn {
  return heldWay('built-in-wallet', seed32)
}

/** `stretch`: `stretchPassphrase`, or the same done elsewhere, since it takes its thread for a second. */
export function passphraseWay(passphrase: string, stretch: typeof stretchPassphrase = stretchPassphrase): WayIn {
  return {
    kind: 'passphrase',
    secretFor: (lock) => {
      if (lock.kind !== 'passphrase') throw new RangeError('not a passphrase slot')
      return stretch(passphrase, lock.cost)
    },
    isAsked: false,
  }
}

/**
 * `ask` has the wallet sign `unlockMessage(profileId, nonce)` and MUST have verified the 64-byte signature against the wallet's address:
 * a wallet that answers with rubbish would otherwise lock its owner out.
 */
export function walletWay(
  kind: 'wallet-message' | 'wallet-memo',
  ask: (nonce: Uint8Array) => Promise<Uint8Array>,
): WayIn {
  return { kind, secretFor: ({ nonce }) => ask(nonce), isAsked: true }
}

/** `ask` evaluates the credential's PRF on the nonce: 32 bytes. */
export function passkeyWay(ask: (nonce: Uint8Array, credentialHash: Uint8Array) => Promise<Uint8Array>): WayIn {
  return {
    kind: 'passkey',
    secretFor: (lock) => {
      if (lock.kind !== 'passkey') throw new RangeError('not a passkey slot')
      return ask(lock.nonce, lock.credentialHash)
    },
    isAsked: true,
  }
}

function heldWay(kind: SlotKind, secret32: Uint8Array): WayIn {
  if (secret32.length !== 32) throw new RangeError('a way in of 32 bytes')
  return { kind, secretFor: () => secret32.slice(), isAsked: false }
}
