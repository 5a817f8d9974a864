import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { SERVER_RETRY, serverAddress, serverDomain } from './http-place.ts'
import type { Credential, MediumKindPort } from './kinds.ts'

/** The adapter for S3; main.ts names it. */
export interface Buckets {
  found(address: string, credential: Credential): Promise<void>
  connect(address: string, credential: Credential, failureDomain: string): Promise<ConnectedBlobStore>
}

/** A bucket, or a folder in one, on Amazon's S3 or whatever speaks like it: by its address, with `?region=` where that is not in its name. */
export function s3Kind(buckets: Buckets): MediumKindPort {
  return {
    normalise(where) {
      const url = serverAddress(where)
      for (const name of [...url.searchParams.keys()])
        if (name !== 'region' && name !== 'style') url.searchParams.delete(name)
      return url.href
    },
    // What is wrong is told by founding it, which is harmless.
    check: async (_address, credential) => void requireKey(credential),
    found: async (address, credential) => buckets.found(address, requireKey(credential)),
    connect: async (address, credential, failureDomain) =>
      buckets.connect(address, requireKey(credential), failureDomain),
    failureDomain: (address, account) => Promise.resolve(serverDomain(address, account)),
    saveEveryMs: 3_000,
    retry: SERVER_RETRY,
  }
}

function requireKey(credential: Credential | undefined): Credential {
  if (credential !== undefined && credential.account !== '') return credential
  throw new CloudError('no-credential', 'Give the id of an access key for this bucket, and its secret half.')
}
