import type { ProfileId } from '@cloudos/protocol/ids'
import type { NewWay } from '../profile/ways.ts'
import type { ConnectedWallet } from '../wallet.ts'
import { browserPasskeys } from './browser-passkeys.ts'
import { createPasskey } from './passkey.ts'
import { shortAddress, walletWayIn } from './wallet-way.ts'
import type { WalletKind } from './wallet-way.ts'

/** A way in to be added, and what its owner will know it by. */
export interface LabelledWay extends NewWay {
  readonly label: string
}

/** A slot is bound to its profile, so the way in for a new one is made once that has an id. */
export type WayMaker = (profileId: ProfileId) => LabelledWay

export function newWalletWay(
  wallet: ConnectedWallet,
  profileId: ProfileId,
  kind: WalletKind = 'wallet-message',
): LabelledWay {
  return {
    way: { kind },
    wayIn: walletWayIn(wallet, profileId, kind),
    label: `${wallet.name} ${shortAddress(wallet.address)}`,
  }
}

/** Asks the person to make one. */
export async function newPasskeyWay(label: string): Promise<LabelledWay> {
  const { credentialHash, wayIn } = await createPasskey(browserPasskeys(), `CloudOS: ${label}`)
  return { way: { kind: 'passkey', credentialHash }, wayIn, label }
}
