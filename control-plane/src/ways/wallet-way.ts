import { equalSecret } from '@cloudos/crypto/compare'
import { sha256 } from '@cloudos/crypto/hash'
import { walletWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { ProfileId } from '@cloudos/protocol/ids'
import { unlockMessage } from '@cloudos/protocol/unlock-message'
import type { ConnectedWallet } from '../wallet.ts'

export interface WalletWayIn extends WayIn {
  /**
   * After "wrong key", before anything is said to be wrong: asks once more for what it signed last. False when it answers differently,
   * so that the wallet and not the account is to blame.
   */
  isSteady(): Promise<boolean>
}

/** How a wallet is asked: for a message, or for a transaction that is never sent where it signs no messages. */
export type WalletKind = 'wallet-message' | 'wallet-memo'

/** A wallet that signs one text always alike. `sign` has verified each signature; what comes of it is wiped by whoever derives the key. */
export function walletWayIn(
  wallet: ConnectedWallet,
  profileId: ProfileId,
  kind: WalletKind = 'wallet-message',
): WalletWayIn {
  let last: { readonly nonce: Uint8Array; readonly digest: Uint8Array } | undefined
  const ask = (nonce: Uint8Array): Promise<Uint8Array> => {
    const text = unlockMessage(profileId, nonce)
    return kind === 'wallet-memo' ? wallet.signMemo(text) : wallet.sign(text)
  }
  const way = walletWay(kind, async (nonce) => {
    const signature = await ask(nonce)
    // A digest tells whether two are equal and opens nothing.
    last = { nonce: nonce.slice(), digest: sha256(signature) }
    return signature
  })
  return {
    ...way,
    isSteady: async () => {
      if (last === undefined) return true
      const signature = await ask(last.nonce)
      const digest = sha256(signature)
      signature.fill(0)
      return equalSecret(digest, last.digest)
    },
  }
}

/** First and last four, as people compare them. */
export function shortAddress(address: string): string {
  return `${address.slice(0, 4)}…${address.slice(-4)}`
}
