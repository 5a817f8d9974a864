import { CloudError } from '@cloudos/protocol/cloud-error'

/** Why a wallet or a passkey did not serve as a way in. Each says what can be done instead: nobody is left at a closed door. */
export type WayRefusalCode = keyof typeof SENTENCES

const OTHERWISE = 'A passkey or a passphrase works in its place.'

const SENTENCES = {
  'wallet-missing': (name) =>
    `${name} is not in this browser any more. Turn its extension on again, or choose another way.`,
  'wallet-declined': (name) => `You declined in ${name}. Nothing was changed; try again, or choose another way.`,
  'wallet-no-account': (name) => `${name} has no Solana account to offer. Make or unlock one in it, then try again.`,
  'wallet-no-messages': (name) =>
    `${name} cannot sign messages for this account, as many hardware wallets cannot. ${OTHERWISE}`,
  'wallet-rejects-messages': (name) => `${name} says that it signs messages, and then refused to. ${OTHERWISE}`,
  'wallet-no-transactions': (name) => `${name} signs neither messages nor transactions for this account. ${OTHERWISE}`,
  'wallet-rejects-transactions': (name) =>
    `${name} says that it signs transactions, and then refused this one. Nothing was sent or kept. ${OTHERWISE}`,
  'wallet-changed-transaction': (name) =>
    `${name} changed the transaction before it signed it, so its signature would open nothing. Nothing was sent or kept. ${OTHERWISE}`,
  'wallet-not-deterministic': (name) =>
    `${name} signs the same words differently each time, so it could lock your profile and never open it again. Nothing was kept. ${OTHERWISE}`,
  'wallet-account-changed': (name) =>
    `The account in ${name} changed in between. Nothing was changed; choose the account you want and try again.`,
  'wallet-bad-signature': (name) => `What ${name} signed does not fit its account. Nothing was kept. ${OTHERWISE}`,
  'wallet-bad-sign-in': (name) =>
    `${name} signed in with words that CloudOS did not ask for. Nothing was kept. ${OTHERWISE}`,
  'wrong-wallet': (name) =>
    `This account of ${name} opens nothing here. Choose another account in it, or open the profile another way.`,
  'wallet-unsteady': (name) =>
    `${name} signs the same words differently each time now, so it cannot open this profile. Nothing is lost: open it another way, and remove this wallet in Settings.`,
  'passkey-declined': () =>
    'No passkey was used: it was cancelled, or it took too long. Try again, or choose another way.',
  'passkey-unsupported': () =>
    'This browser or device cannot make passkeys for CloudOS. A passphrase works in its place.',
  'passkey-no-prf': () =>
    'This passkey cannot keep a secret for a page (it lacks PRF), so it cannot open a profile. You may delete it again. A passphrase, or a passkey kept elsewhere, works in its place.',
  'passkey-origin': () =>
    'Passkeys belong to a name, and this page was opened by a number or without security. Open it at localhost and try again.',
} as const satisfies Record<string, (name: string) => string>

export function wayRefusal(code: WayRefusalCode, name = 'The wallet', cause?: unknown): CloudError {
  return new CloudError(code, SENTENCES[code](name), cause)
}

/** Whether the wallet may still sign a transaction: only messages are what it does not sign. */
export function isAboutMessages(error: unknown): error is CloudError {
  return error instanceof CloudError && ['wallet-no-messages', 'wallet-rejects-messages'].includes(error.code)
}

/** Whether the wallet cannot be asked this way at all; it may be another's way in, or be asked otherwise. */
export function isWithoutSigning(error: unknown): error is CloudError {
  return isAboutMessages(error) || (error instanceof CloudError && error.code === 'wallet-no-transactions')
}

export function isWayRefusal(error: unknown): error is CloudError {
  return error instanceof CloudError && Object.hasOwn(SENTENCES, error.code)
}
