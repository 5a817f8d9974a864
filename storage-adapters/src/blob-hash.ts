import { idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'

/** The name of a blob. WebCrypto, so that the same file serves the browser and Node; `bytes` must stay as they are meanwhile. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<Hash> {
  return idFromBytes('Hash', new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
