import { createTestWallet } from '@cloudos/control-plane/testing/test-wallet'
import type { WalletTemper } from '@cloudos/control-plane/testing/test-wallet'
import { createWalletKey } from '@cloudos/crypto/testing/wallet-key'
import type { WalletKey } from '@cloudos/crypto/testing/wallet-key'
import { nodeRng } from '@cloudos/agent/node-ports'
import type { BrowserContext } from 'playwright-core'

export interface PutIn {
  readonly name: string
  readonly temper: WalletTemper
  /** The first is the one it connects with. */
  readonly keys: readonly WalletKey[]
  readonly hasSignIn?: boolean
  readonly signsTransactions?: boolean
}

export function createKeys(count: number): readonly WalletKey[] {
  return Array.from({ length: count }, () => createWalletKey(nodeRng))
}

/**
 * Every page of this browser that opens from now on has these wallets, as if by an extension. Keys stay outside the page. Once for a
 * browser.
 */
export async function putWallets(context: BrowserContext, wallets: readonly PutIn[]): Promise<void> {
  const keys = wallets.flatMap((wallet) => wallet.keys)
  await context.exposeFunction(
    'signForTests',
    (address: string, message: readonly number[], isHedged: boolean): readonly number[] => {
      const key = keys.find((known) => known.address === address)
      if (key === undefined) throw new Error('no such key')
      const bytes = Uint8Array.from(message)
      return [...(isHedged ? key.signHedged(bytes) : key.sign(bytes))]
    },
  )
  const specs = wallets.map(({ name, temper, keys: own, hasSignIn = true, signsTransactions = false }) => ({
    name,
    temper,
    hasSignIn,
    signsTransactions,
    accounts: own.map(({ address, publicKey }) => ({ address, publicKey: [...publicKey] })),
  }))
  await context.addInitScript({
    content: `(() => {
      const createTestWallet = ${createTestWallet.toString()};
      for (const spec of ${JSON.stringify(specs)}) {
        const wallet = createTestWallet(spec, (...asked) => window.signForTests(...asked));
        const register = (api) => api.register(wallet);
        window.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: register }));
        window.addEventListener('wallet-standard:app-ready', ({ detail }) => register(detail));
      }
    })()`,
  })
}
