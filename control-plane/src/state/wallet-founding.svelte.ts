import { CloudError } from '@cloudos/protocol/cloud-error'
import { browserClock, browserRng } from '../browser-ports.ts'
import type { FoundWallet } from '../wallet.ts'
import { wayRefusal } from '../ways/way-refusal.ts'
import { Act } from './act.svelte.ts'
import type { Session } from './session.svelte.ts'

/** "Sign in with a wallet" where there is no profile: makes one that opens with this wallet. */
export class WalletFounding {
  /** Whose name, while it is asked. */
  asked = $state.raw<FoundWallet | undefined>()
  readonly act = new Act()
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async found(wallet: FoundWallet): Promise<void> {
    this.asked = wallet
    await this.act.run(async () => {
      const { newWalletWay } = await import('../ways/new-ways.ts')
      const account = await wallet.signIn({
        domain: location.host,
        uri: location.origin,
        clock: browserClock,
        rng: browserRng,
      })
      await this.#session
        .foundSealed((profileId) => newWalletWay(account, profileId))
        .catch((cause: unknown) => {
          if (cause instanceof CloudError && cause.code === 'not-deterministic')
            throw wayRefusal('wallet-not-deterministic', wallet.name, cause)
          throw cause
        })
    })
    this.asked = undefined
  }
}
