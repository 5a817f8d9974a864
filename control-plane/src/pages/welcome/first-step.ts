import type { IconName } from '../../ui/icons.ts'
import type { FoundWallet } from '../../wallet.ts'

/** One way into CloudOS that works here and now. */
export interface FirstStep {
  readonly id: string
  readonly icon: IconName
  readonly label: string
  readonly detail: string
  /** Said instead of the detail while it is under way. */
  readonly meanwhile: string
  readonly go: () => void
}

interface FirstSteps {
  readonly wallets: readonly FoundWallet[]
  readonly onNewKey: () => void
  readonly onWallet: (wallet: FoundWallet) => void
  /** There are several to choose from. */
  readonly onWallets: () => void
  readonly onExisting: () => void
}

/** Only what can be done: without a wallet in this browser nothing offers one. */
export function firstSteps({ wallets, onNewKey, onWallet, onWallets, onExisting }: FirstSteps): readonly FirstStep[] {
  return [
    {
      id: 'new-key',
      icon: 'key',
      label: 'Start now with a new key',
      detail: 'Made in this browser in a second. You can add a wallet, a passkey or a passphrase later.',
      meanwhile: 'Making your keys in this browser',
      go: onNewKey,
    },
    ...walletStep(wallets, onWallet, onWallets),
    {
      id: 'existing',
      icon: 'ring',
      label: 'I have a profile already',
      detail: 'Sign in with a passphrase, a passkey, a wallet or your recovery words.',
      meanwhile: 'Looking for it',
      go: onExisting,
    },
  ]
}

function walletStep(
  [first, ...others]: readonly FoundWallet[],
  onWallet: (wallet: FoundWallet) => void,
  onWallets: () => void,
): readonly FirstStep[] {
  if (first === undefined) return []
  const isOnly = others.length === 0
  return [
    {
      id: 'wallet',
      icon: 'wallet',
      label: isOnly ? `Sign in with ${first.name}` : 'Sign in with a wallet',
      detail: isOnly
        ? 'Found in this browser. It shows its account, and signs a text twice that opens your profile later.'
        : `Found in this browser: ${[first, ...others].map(({ name }) => name).join(', ')}`,
      meanwhile: 'Look at your wallet: it asks you to sign',
      go: () => {
        if (isOnly) onWallet(first)
        else onWallets()
      },
    },
  ]
}
