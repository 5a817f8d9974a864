import type { SlotKind } from '@cloudos/protocol/slot'
import type { OpenRefusal } from '../../profile/ways.ts'

/** Why it did not open, in words for its owner. */
export function refusalText(refusal: OpenRefusal): string {
  switch (refusal.kind) {
    case 'wrong-way-in':
      return wrongText(refusal.way)
    case 'no-slot':
      return `This profile has no ${nounOf(refusal.way)}. It opens with: ${refusal.has.map(nounOf).join(', ')}.`
    case 'corrupt-slot':
      return `What unlocks your profile${forWays(refusal.ways)} is damaged here. Nothing was deleted; do not clear site data, and try another copy.`
    case 'newer-version':
      return 'This profile was protected by a newer CloudOS. Update CloudOS and try again.'
    case 'wrong-medium':
      return 'What lies here belongs to another profile. Nothing was opened or deleted; try another copy.'
    case 'nothing-there':
      return 'There is no profile here that a way in could open.'
  }
}

function wrongText(way: SlotKind): string {
  switch (way) {
    case 'passphrase':
      return 'That is not the passphrase of this profile. Capitals and spaces count.'
    case 'phrase':
      return 'Those are words of another profile: each is right, and together they do not open this one.'
    case 'wallet-message':
    case 'wallet-memo':
    case 'built-in-wallet':
      return 'That wallet, or the account chosen in it, is none of this profile’s.'
    case 'passkey':
      return 'That passkey is none of this profile’s.'
    case 'device-keychain':
      return 'The keychain of this device has another key.'
  }
}

function forWays(ways: readonly SlotKind[]): string {
  return ways.length === 0 ? '' : ` (${ways.map(nounOf).join(', ')})`
}

function nounOf(kind: SlotKind): string {
  switch (kind) {
    case 'passphrase':
      return 'passphrase'
    case 'phrase':
      return 'recovery words'
    case 'wallet-message':
    case 'wallet-memo':
      return 'wallet'
    case 'built-in-wallet':
      return 'built-in wallet'
    case 'passkey':
      return 'passkey'
    case 'device-keychain':
      return 'device keychain'
  }
}
