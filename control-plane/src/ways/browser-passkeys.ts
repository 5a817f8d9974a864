import { browserRng } from '../browser-ports.ts'
import type { PasskeyParts } from './passkey.ts'

/** The passkeys of this page's own name. */
export function browserPasskeys(): PasskeyParts {
  return { credentials: navigator.credentials, rpId: location.hostname, rng: browserRng }
}
