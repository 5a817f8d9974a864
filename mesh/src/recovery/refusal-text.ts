import { CloudError } from '@cloudos/protocol/cloud-error'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { CopyOpenRefusal } from './open-copy.ts'

/** Why a copy did not open, each with a code and words of its own. */
export function sayOpenRefusal(refusal: CopyOpenRefusal): CloudError {
  switch (refusal.kind) {
    case 'wrong-way-in':
      return sayWrong(refusal.way)
    case 'no-slot':
      return new CloudError(
        'no-such-way',
        `This copy does not open with ${nounOf(refusal.way)}. It opens with: ${refusal.has.map(nounOf).join(', ')}.`,
      )
    case 'corrupt-slot':
      return new CloudError(
        'copy-damaged',
        `The copy there is damaged (${refusal.ways.length === 0 ? 'its vault' : `what ${refusal.ways.map(nounOf).join(' or ')} opens`}). Nothing was changed. Use another copy.`,
      )
    case 'newer-version':
      return new CloudError('copy-newer', 'The copy there was written by a newer CloudOS. Update this one.')
    case 'nothing-there':
      return new CloudError('nothing-there', 'No copy of a profile lies there.')
  }
}

/** A word that is in no list, or is the wrong one of 24: counted from 0. */
export function sayWrongWord(at: number, typed: string | undefined): CloudError {
  const word = typed === undefined ? '' : `, “${typed}”,`
  return new CloudError(
    'wrong-word',
    `Word ${String(at + 1)}${word} is not the one on your kit. Compare that one letter by letter.`,
  )
}

function sayWrong(way: SlotKind): CloudError {
  switch (way) {
    case 'phrase':
      return new CloudError(
        'wrong-words',
        'Those are words of another profile, or more than one of them is wrong: together they open nothing here. Compare them with your kit.',
      )
    case 'passphrase':
      return new CloudError(
        'wrong-passphrase',
        'That is not the passphrase of this profile. Capitals and spaces count.',
      )
    case 'wallet-message':
    case 'wallet-memo':
    case 'built-in-wallet':
      return new CloudError(
        'wrong-wallet',
        'That wallet, or the account chosen in it, is none of this profile’s. Choose another account in it, or another wallet.',
      )
    case 'passkey':
      return new CloudError('wrong-passkey', 'That passkey is none of this profile’s. Choose another one.')
    case 'device-keychain':
      return new CloudError(
        'wrong-keychain',
        'The key in this machine’s keychain is another one than it was: it does not open this copy. Use the recovery words or another way in.',
      )
  }
}

export function nounOf(kind: SlotKind): string {
  switch (kind) {
    case 'phrase':
      return 'recovery words'
    case 'passphrase':
      return 'a passphrase'
    case 'wallet-message':
    case 'wallet-memo':
      return 'a wallet'
    case 'built-in-wallet':
      return 'the built-in wallet'
    case 'passkey':
      return 'a passkey'
    case 'device-keychain':
      return 'the keychain of a device'
  }
}
