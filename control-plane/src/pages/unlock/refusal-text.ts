import type { UnlockRefusal } from '@cloudos/crypto/unlock'

/** Why it did not open, in words for its owner. */
export function refusalText(refusal: UnlockRefusal): string {
  switch (refusal) {
    case 'wrong-way-in':
      return 'That is not the passphrase of this profile. Capitals and spaces count.'
    case 'no-slot':
      return 'This profile has no passphrase. It opens another way.'
    case 'corrupt-slot':
      return 'What this passphrase opens was damaged in this browser. Nothing was deleted; do not clear site data.'
    case 'newer-version':
      return 'This profile was protected by a newer CloudOS. Update CloudOS and try again.'
  }
}
