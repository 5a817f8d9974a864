import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { SERVER_RETRY, serverAddress, serverDomain } from './http-place.ts'
import type { Credential, MediumKindPort } from './kinds.ts'

/** An adapter for places on servers; main.ts names it. */
export interface Servers {
  found(address: string, credential: Credential | undefined): Promise<void>
  connect(address: string, credential: Credential | undefined, failureDomain: string): Promise<ConnectedBlobStore>
}

/** A folder on a WebDAV server: Nextcloud, a NAS, a web host. */
export function webdavKind(servers: Servers): MediumKindPort {
  return {
    normalise(where) {
      const url = serverAddress(where)
      url.search = ''
      return url.href
    },
    // What is wrong is told by founding it, which is harmless.
    check: () => Promise.resolve(),
    ...servers,
    failureDomain: (address, account) => Promise.resolve(serverDomain(address, account)),
    saveEveryMs: 3_000,
    retry: SERVER_RETRY,
  }
}
