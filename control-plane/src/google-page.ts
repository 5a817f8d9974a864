import { hexFromBytes } from '@cloudos/protocol/bytes'
import { normaliseDrive, parseDriveAddress } from '@cloudos/protocol/drive-address'
import { pageSignInAddress } from '@cloudos/protocol/google-sign-in'
import { keepAsked } from './google-return.ts'

/** Where Google comes back to: as it has to be registered there. */
export function returnAddress({ origin, pathname }: Pick<Location, 'origin' | 'pathname'>): string {
  return origin + pathname
}

/** Leaves this page for Google's, which comes back to `place` of it. Throws `CloudError` for what is no client. */
export function goToGoogle(where: string, place = '/'): void {
  const { clientId, service } = parseDriveAddress(where)
  const state = hexFromBytes(crypto.getRandomValues(new Uint8Array(16)))
  keepAsked(sessionStorage, { state, where: normaliseDrive(where), place })
  location.assign(pageSignInAddress({ clientId, redirectUri: returnAddress(location), state }, service?.signInUrl))
}

/** Whether this page may ask Google at all: what an agent serves may not, its agent does. */
export function reachesGoogle(): boolean {
  return document.querySelector('meta[http-equiv="Content-Security-Policy"]') !== null
}
