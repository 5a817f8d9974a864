import type { WayIn } from '@cloudos/crypto/way-in'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { SlotKind } from '@cloudos/protocol/slot'
import { refusalText } from '../pages/unlock/refusal-text.ts'
import type { OpenRefusal } from '../profile/ways.ts'
import type { FoundWallet } from '../wallet.ts'
import { browserPasskeys } from '../ways/browser-passkeys.ts'
import type { WalletKind } from '../ways/wallet-way.ts'
import { isWithoutSigning, wayRefusal } from '../ways/way-refusal.ts'
import { wordsProblem } from '../ways/words-problem.ts'

/** Something that opens with a way in: a profile sealed here, or a copy of one elsewhere. */
export interface ClosedDoor {
  readonly profileId: ProfileId
  /** `undefined` once it is open. Rejects with `CloudError` when a wallet, a passkey or their owner refuses. */
  open(way: WayIn): Promise<OpenRefusal | undefined>
  /** Where what they open is at hand: which of 24 words is wrong, when it is only one. */
  sayWrongWords?(text: string): Promise<string>
}

export interface OpenProblem {
  readonly way: SlotKind
  readonly message: string
}

/** A message is asked for first: more wallets show it as what it is. */
const WALLET_KINDS = ['wallet-message', 'wallet-memo'] as const

/** Somebody stands before it and tries. One try at a time. */
export class Opening {
  busy = $state.raw<SlotKind | undefined>()
  problem = $state.raw<OpenProblem | undefined>()
  readonly #door: ClosedDoor
  readonly #walletKinds: readonly WalletKind[]

  /** `kinds`: of the ways in it has, where that is known. */
  constructor(door: ClosedDoor, kinds: readonly SlotKind[] = []) {
    this.#door = door
    const known = WALLET_KINDS.filter((kind) => kinds.includes(kind))
    this.#walletKinds = known.length > 0 ? known : WALLET_KINDS
  }

  /** Resolves to whether it is open, as all below. */
  withPassphrase(passphrase: string): Promise<boolean> {
    return this.#try('passphrase', async () => {
      if (passphrase === '') return 'Type your passphrase.'
      const [{ passphraseWay }, { stretchAside }] = await Promise.all([
        import('@cloudos/crypto/way-in'),
        import('../profile/stretch-aside.ts'),
      ])
      return this.#textOf(await this.#door.open(passphraseWay(passphrase, stretchAside)))
    })
  }

  withWords(text: string): Promise<boolean> {
    return this.#try('phrase', async () => {
      const [{ parsePhrase }, { phraseWay }] = await Promise.all([
        import('@cloudos/crypto/phrase'),
        import('@cloudos/crypto/way-in'),
      ])
      const words = parsePhrase(text)
      if (!words.ok && words.error.kind !== 'bad-checksum') return wordsProblem(words.error, text)
      const refusal = words.ok ? await this.#door.open(phraseWay(words.value)) : undefined
      const isOther = !words.ok || refusal?.kind === 'wrong-way-in'
      const told = isOther ? await this.#door.sayWrongWords?.(text) : undefined
      return told ?? (words.ok ? this.#textOf(refusal) : wordsProblem(words.error, text))
    })
  }

  withPasskey(): Promise<boolean> {
    return this.#try('passkey', async () => {
      const { anyPasskey } = await import('../ways/passkey.ts')
      return this.#textOf(await this.#door.open(anyPasskey(browserPasskeys())))
    })
  }

  withWallet(wallet: FoundWallet): Promise<boolean> {
    return this.#try('wallet-message', async () => {
      const { walletWayIn } = await import('../ways/wallet-way.ts')
      const account = await wallet.connect()
      const problems: CloudError[] = []
      for (const kind of this.#walletKinds) {
        const way = walletWayIn(account, this.#door.profileId, kind)
        try {
          const refusal = await this.#door.open(way)
          if (refusal?.kind === 'wrong-way-in') {
            // Before anything is called wrong: is it the account, or a wallet that answers differently each time?
            problems.push(wayRefusal((await way.isSteady()) ? 'wrong-wallet' : 'wallet-unsteady', wallet.name))
          } else if (refusal?.kind !== 'no-slot') return this.#textOf(refusal)
        } catch (cause) {
          if (!isWithoutSigning(cause)) throw cause
          problems.push(cause)
        }
      }
      throw problems[0] ?? wayRefusal('wrong-wallet', wallet.name)
    })
  }

  #textOf(refusal: OpenRefusal | undefined): string | undefined {
    return refusal && refusalText(refusal)
  }

  /** `attempt` resolves to why it did not open, in words. */
  async #try(way: SlotKind, attempt: () => Promise<string | undefined>): Promise<boolean> {
    if (this.busy !== undefined) return false
    this.busy = way
    this.problem = undefined
    try {
      const message = await attempt()
      if (message !== undefined) this.problem = { way, message }
      return message === undefined
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = { way, message: cause.message }
      return false
    } finally {
      this.busy = undefined
    }
  }
}
