import { base32 } from './base-text.ts'
import { bytesFromId } from './ids.ts'
import type { ProfileId } from './ids.ts'

/**
 * The text a wallet signs to open a slot (kinds `wallet-message` and `wallet-memo`). THE SIGNATURE IS A KEY: never log, send or store it.
 * Nothing but the profile and the slot's 128-bit nonce varies, and the nonce lies only on the medium: a site that would like to phish the
 * signature cannot name the message. It is no sign-in: it carries no origin and no time, and proves nothing to anybody else.
 */
export function unlockMessage(profileId: ProfileId, nonce: Uint8Array): string {
  if (nonce.length !== 16) throw new RangeError('a slot has a nonce of 16 bytes')
  return [
    'CloudOS unlock v1',
    '',
    'Anyone holding this signature AND a copy of my storage can read my profile. Sign it only in CloudOS.',
    `profile: ${base32.encode(bytesFromId(profileId))}`,
    `nonce: ${base32.encode(nonce)}`,
  ].join('\n')
}
