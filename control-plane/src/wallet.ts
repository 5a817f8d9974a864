import { base58 } from '@scure/base'
import type {
  SolanaSignInFeature,
  SolanaSignMessageFeature,
  SolanaSignTransactionFeature,
} from '@solana/wallet-standard-features'
import { getWallets } from '@wallet-standard/app'
import type { Wallet, WalletAccount } from '@wallet-standard/base'
import type { StandardConnectFeature } from '@wallet-standard/features'
import { verifyWalletMessage } from '@cloudos/crypto/signature'
import { utf8 } from '@cloudos/protocol/bytes'
import { isDisplayText } from '@cloudos/protocol/display-text'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { memoMessage, signatureIn, unsignedTransaction } from './ways/memo-transaction.ts'
import { createSignInRequest, readSignIn } from './ways/sign-in-request.ts'
import type { WayRefusalCode } from './ways/way-refusal.ts'
import { wayRefusal } from './ways/way-refusal.ts'

/** A wallet that some extension has put into this page. Nothing of it is trusted: its words are shown, its answers are checked. */
export interface FoundWallet {
  readonly name: string
  /** A picture as a `data:` URL. */
  readonly icon: string | undefined
  /** Asks the person which account. */
  connect(): Promise<ConnectedWallet>
  /** The same, by a signed sign-in where the wallet knows that; only to learn the account, it proves nothing to anybody else. */
  signIn(parts: SignInParts): Promise<ConnectedWallet>
}

export interface SignInParts {
  /** `host[:port]` of the page. */
  readonly domain: string
  readonly uri: string
  readonly clock: Clock
  readonly rng: Rng
}

/** One account of one wallet. */
export interface ConnectedWallet {
  readonly name: string
  /** In base58, as Solana spells it. */
  readonly address: string
  /** 64 bytes that hold for this very text and account, or a refusal by name. THE CALLER WIPES THEM. */
  sign(text: string): Promise<Uint8Array>
  /** Whether it says that it signs transactions, which wallets do that sign no messages. */
  readonly signsTransactions: boolean
  /** As `sign`, for a transaction that holds the text, is never sent and could not be carried out. */
  signMemo(text: string): Promise<Uint8Array>
}

type Features = Partial<
  StandardConnectFeature & SolanaSignInFeature & SolanaSignMessageFeature & SolanaSignTransactionFeature
>

/** Calls at once, and whenever a wallet comes or goes. Only those that have to do with Solana. Returns the unsubscriber. */
export function watchWallets(onWallets: (wallets: readonly FoundWallet[]) => void): () => void {
  const known = getWallets()
  const tell = (): void => {
    onWallets(known.get().filter(isSolana).map(foundWallet))
  }
  const offs = [known.on('register', tell), known.on('unregister', tell)]
  tell()
  return () => {
    for (const off of offs) off()
  }
}

function isSolana({ chains, features }: Wallet): boolean {
  return chains.some((chain) => chain.startsWith('solana:')) && 'standard:connect' in features
}

function foundWallet(wallet: Wallet): FoundWallet {
  const name = isDisplayText(wallet.name) && wallet.name.length <= 40 ? wallet.name : 'A wallet without a proper name'
  const refuse = refuser(name)
  return {
    name,
    icon: /^data:image\/(?:svg\+xml|png|webp|gif);base64,/.test(wallet.icon) ? wallet.icon : undefined,
    connect: async () => connected(wallet, name, await connect(wallet, refuse)),
    signIn: async (parts) => connected(wallet, name, await signIn(wallet, parts, refuse)),
  }
}

type Refuse = (code: WayRefusalCode, cause?: unknown) => Error

function refuser(name: string): Refuse {
  return (code, cause) => wayRefusal(code, name, cause)
}

async function connect(wallet: Wallet, refuse: Refuse): Promise<WalletAccount> {
  const { 'standard:connect': feature } = featuresOf(wallet)
  if (feature === undefined || !getWallets().get().includes(wallet)) throw refuse('wallet-missing')
  const { accounts } = await asked(() => feature.connect(), 'wallet-no-account', refuse)
  const account = accounts.find(isSound)
  if (account === undefined) throw refuse('wallet-no-account')
  return account
}

async function signIn(
  wallet: Wallet,
  { domain, uri, clock, rng }: SignInParts,
  refuse: Refuse,
): Promise<WalletAccount> {
  const { 'solana:signIn': feature } = featuresOf(wallet)
  if (feature === undefined) return connect(wallet, refuse)
  const request = createSignInRequest({ domain, uri, nowMs: clock.nowMs(), rng })
  const outputs = await feature.signIn({ ...request, version: '1' }).catch((cause: unknown) => {
    if (isNo(cause)) throw refuse('wallet-declined', cause)
    return undefined // it declares what it cannot do; connecting tells the account as well
  })
  if (outputs === undefined) return connect(wallet, refuse)
  const [output] = outputs
  if (output === undefined || !isSound(output.account)) throw refuse('wallet-no-account')
  const { account, signedMessage, signature } = output
  const read = readSignIn(signedMessage, request, account.address, clock.nowMs())
  if (!read || !(await isSigned(account, signedMessage, signature))) throw refuse('wallet-bad-sign-in')
  return account
}

function connected(wallet: Wallet, name: string, { address, features }: WalletAccount): ConnectedWallet {
  const refuse = refuser(name)
  const accountNow = (): WalletAccount => {
    const account = wallet.accounts.find((now) => now.address === address)
    if (account === undefined) throw refuse('wallet-account-changed')
    return account
  }
  const checked = async (account: WalletAccount, message: Uint8Array, signature: Uint8Array): Promise<Uint8Array> => {
    if (await isSigned(account, message, signature)) return signature
    const isStill = wallet.accounts.some((now) => now.address === address)
    throw refuse(isStill ? 'wallet-bad-signature' : 'wallet-account-changed')
  }
  return {
    name,
    address,
    sign: async (text) => {
      const account = accountNow()
      const { 'solana:signMessage': feature } = featuresOf(wallet)
      if (feature === undefined || !account.features.includes('solana:signMessage')) throw refuse('wallet-no-messages')
      const message = utf8(text)
      // It gets a copy: what is verified is what was meant, whatever it does to the bytes.
      const ask = () => feature.signMessage({ account, message: message.slice() })
      const [output] = await asked(ask, 'wallet-rejects-messages', refuse)
      return checked(account, message, output === undefined ? new Uint8Array(0) : new Uint8Array(output.signature))
    },
    signsTransactions: signsTransactions(wallet) && features.includes('solana:signTransaction'),
    signMemo: async (text) => {
      const account = accountNow()
      const { 'solana:signTransaction': feature } = featuresOf(wallet)
      if (feature === undefined || !signsTransactions(wallet)) throw refuse('wallet-no-transactions')
      const message = memoMessage(new Uint8Array(account.publicKey), text)
      const chain = account.chains.find((one) => one.startsWith('solana:')) ?? 'solana:mainnet'
      const ask = () => feature.signTransaction({ account, transaction: unsignedTransaction(message), chain })
      const [output] = await asked(ask, 'wallet-rejects-transactions', refuse)
      const signature = output && signatureIn(new Uint8Array(output.signedTransaction), message)
      if (signature === undefined) throw refuse('wallet-changed-transaction')
      return checked(account, message, signature)
    },
  }
}

/** The oldest kind of them: every wallet's signature of it is one and the same. */
function signsTransactions(wallet: Wallet): boolean {
  return featuresOf(wallet)['solana:signTransaction']?.supportedTransactionVersions.includes('legacy') === true
}

async function asked<T>(ask: () => Promise<T>, otherwise: WayRefusalCode, refuse: Refuse): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw refuse(isNo(cause) ? 'wallet-declined' : otherwise, cause)
  }
}

/** A person who says no, told from a wallet that cannot: by the code that wallets share (EIP-1193), or by its words. */
function isNo(cause: unknown): boolean {
  if (typeof cause !== 'object' || cause === null) return false
  if ('code' in cause && cause.code === 4001) return true
  return (
    'message' in cause &&
    /reject(?:ed)? the request|user reject|declined|denied|cancell?ed/i.test(String(cause.message))
  )
}

/** Its address is its key, so that what is shown is what signs. */
function isSound({ address, publicKey, chains }: WalletAccount): boolean {
  const isKey = publicKey.length === 32 && base58.encode(new Uint8Array(publicKey)) === address
  return isKey && chains.some((chain) => chain.startsWith('solana:'))
}

async function isSigned({ publicKey }: WalletAccount, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return signature.length === 64 && verifyWalletMessage(new Uint8Array(publicKey), message, signature)
}

/** What a wallet declares; that it also keeps it is seen when it is asked. */
function featuresOf(wallet: Wallet): Features {
  return wallet.features
}
