/** How a wallet of the tests behaves. */
export type WalletTemper =
  | 'normal'
  /** Every signature holds, and no two are alike. */
  | 'not-deterministic'
  /** Declares no way to sign a message, as for an account on hardware. */
  | 'no-messages'
  /** Declares it, and rejects whatever it is asked. */
  | 'rejects-messages'
  /** Adds a fee of its own to a transaction before it signs it. */
  | 'changes-transactions'
  /** The person says no. */
  | 'declines'
  /** After each signature its account is another. */
  | 'changes-account'
  /** Signs with the other account's key and says nothing. */
  | 'signs-with-another'
  /** Signs in with words of its own. */
  | 'own-sign-in'

export interface TestWalletSpec {
  readonly name: string
  readonly temper: WalletTemper
  /** The first is the one it connects with. */
  readonly accounts: readonly { readonly address: string; readonly publicKey: readonly number[] }[]
  readonly hasSignIn: boolean
  readonly signsTransactions?: boolean
}

/** Signs with the key of an account; bytes as numbers, so that it may stand outside the page. */
export type TestSign = (address: string, message: readonly number[], isHedged: boolean) => Promise<readonly number[]>

/**
 * A wallet after the wallet standard. It leans on nothing outside itself, so that its source can be put into a page as it is.
 */
export function createTestWallet(spec: TestWalletSpec, sign: TestSign) {
  const chains = ['solana:mainnet'] as const
  const hasMessages = spec.temper !== 'no-messages' && spec.temper !== 'changes-transactions'
  const features = [
    ...(hasMessages ? (['solana:signMessage'] as const) : []),
    ...(spec.signsTransactions === true ? (['solana:signTransaction'] as const) : []),
  ]
  const accounts = spec.accounts.map(({ address, publicKey }) => ({
    address,
    publicKey: Uint8Array.from(publicKey),
    chains,
    features,
  }))
  let now = accounts.slice(0, 1)
  const signBytes = async (address: string, message: Uint8Array): Promise<Uint8Array> =>
    Uint8Array.from(await sign(address, [...message], spec.temper === 'not-deterministic'))
  const declined = (): Error => Object.assign(new Error('User rejected the request.'), { code: 4001 })

  const signMessage = async (...inputs: readonly { account: { address: string }; message: Uint8Array }[]) => {
    if (spec.temper === 'declines') throw declined()
    if (spec.temper === 'rejects-messages') throw new Error('Method not supported.')
    const outputs = []
    for (const { account, message } of inputs) {
      const other = accounts[1]?.address ?? account.address
      const address = spec.temper === 'signs-with-another' ? other : account.address
      outputs.push({ signedMessage: message, signature: await signBytes(address, message) })
    }
    if (spec.temper === 'changes-account') now = now[0] === accounts[0] ? accounts.slice(1, 2) : accounts.slice(0, 1)
    return outputs
  }
  const signTransaction = async (...inputs: readonly { account: { address: string }; transaction: Uint8Array }[]) => {
    if (spec.temper === 'declines') throw declined()
    const outputs = []
    for (const { account, transaction } of inputs) {
      const signedTransaction = transaction.slice()
      if (spec.temper === 'changes-transactions') signedTransaction[68] = 1
      signedTransaction.set(await signBytes(account.address, signedTransaction.slice(65)), 1)
      outputs.push({ signedTransaction })
    }
    return outputs
  }
  const signIn = async (input: Readonly<Record<string, string>>) => {
    if (spec.temper === 'declines') throw declined()
    const account = now[0]
    if (account === undefined) return []
    const domain = spec.temper === 'own-sign-in' ? 'elsewhere.example' : input['domain']
    const text = [
      `${domain ?? ''} wants you to sign in with your Solana account:`,
      account.address,
      '',
      input['statement'] ?? '',
      '',
      `URI: ${input['uri'] ?? ''}`,
      `Version: ${input['version'] ?? ''}`,
      `Nonce: ${input['nonce'] ?? ''}`,
      `Issued At: ${input['issuedAt'] ?? ''}`,
      `Expiration Time: ${input['expirationTime'] ?? ''}`,
    ].join('\n')
    const signedMessage = new TextEncoder().encode(text)
    return [{ account, signedMessage, signature: await signBytes(account.address, signedMessage) }]
  }
  return {
    version: '1.0.0',
    name: spec.name,
    icon: 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA4IDgiPjxjaXJjbGUgY3g9IjQiIGN5PSI0IiByPSI0IiBmaWxsPSIjMzg2N2Q2Ii8+PC9zdmc+',
    chains,
    get accounts() {
      return now
    },
    features: {
      'standard:connect': {
        version: '1.0.0',
        connect: () => (spec.temper === 'declines' ? Promise.reject(declined()) : Promise.resolve({ accounts: now })),
      },
      ...(hasMessages && { 'solana:signMessage': { version: '1.1.0', signMessage } }),
      ...(spec.signsTransactions === true && {
        'solana:signTransaction': {
          version: '1.0.0',
          supportedTransactionVersions: ['legacy', 0] as const,
          signTransaction,
        },
      }),
      ...(spec.hasSignIn && { 'solana:signIn': { version: '1.0.0', signIn } }),
    },
  } as const
}
