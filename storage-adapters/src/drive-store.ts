import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'
import { createDriveBlobs } from './drive-blobs.ts'
import { createChain } from './drive-chain.ts'
import { createDriveMedium } from './drive-medium.ts'
import type { DriveApi } from './drive-port.ts'

/** Opens what `foundDrive` has made a medium; `medium-gone` when it is none. */
export async function openDriveStore(
  { api, clock }: { readonly api: DriveApi; readonly clock: Clock },
  account: string,
  cut: AbortSignal,
): Promise<ConnectedBlobStore> {
  const chain = createChain(api, clock)
  await chain.read(cut)
  const capabilities = {
    cas: true,
    maxBlobBytes: LIMITS.blobMaxBytes,
    tellsRoom: 'place' as const,
    evictable: false,
    failureDomain: `google ${account}`,
  }
  const blobs = createDriveBlobs(api, chain, capabilities.maxBlobBytes)
  return createBlobStore(createDriveMedium(api, { chain, blobs }, capabilities))
}
