import { CloudError } from '@cloudos/protocol/cloud-error'
import { browserClock, browserRng } from '../browser-ports.ts'
import type { FoundWallet } from '../wallet.ts'
import type { WalletKind } from '../ways/wallet-way.ts'
import { isAboutMessages, wayRefusal } from '../ways/way-refusal.ts'
import { Act } from './act.svelte.ts'
import type { Session } from './session.svelte.ts'

/** "Sign in with a wallet" where there is no profile: makes one that opens with this wallet. */
export class WalletFounding {
  /** Whose name, while it is asked. */
  asked = $state.raw<FoundWallet | undefined>()
  readonly act = new Act()
  /** It signs no messages, and says that it signs transactions. */
  byMemo = $state.raw<FoundWallet | undefined>()
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async found(wallet: FoundWallet, kind: WalletKind = 'wallet-message'): Promise<void> {
    this.asked = wallet
    this.byMemo = undefined
    await this.act.run(async () => {
      const { newWalletWay } = await import('../ways/new-ways.ts')
      const account = await wallet.signIn({
        domain: location.host,
        uri: location.origin,
        clock: browserClock,
        rng: browserRng,
      })
      await this.#session
        .foundSealed((profileId) => newWalletWay(account, profileId, kind))
        .catch((cause: unknown) => {
          if (isAboutMessages(cause) && account.signsTransactions) this.byMemo = wallet
          if (cause instanceof CloudError && cause.code === 'not-deterministic')
            throw wayRefusal('wallet-not-deterministic', wallet.name, cause)
          throw cause
        })
    })
    this.asked = undefined
  }
}
