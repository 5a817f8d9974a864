import type { FoundWallet } from '../wallet.ts'

/** The wallets in this page, as they come and go. Looking for them begins when somebody wants to see them. */
export class Wallets {
  /** `undefined` until somebody has looked. */
  found = $state.raw<readonly FoundWallet[] | undefined>()

  /** Returns what ends it. */
  watch(): () => void {
    const ending = new AbortController()
    void this.#watch(ending.signal)
    return () => {
      ending.abort()
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { watchWallets } = await import('../wallet.ts')
    if (signal.aborted) return
    const off = watchWallets((found) => {
      this.found = found
    })
    signal.addEventListener('abort', off)
  }
}
