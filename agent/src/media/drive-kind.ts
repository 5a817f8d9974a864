import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { normaliseDrive, parseDriveAddress } from '@cloudos/protocol/drive-address'
import type { DriveEndpoints } from '@cloudos/protocol/drive-address'
import { grantFrom } from './drive-grant.ts'
import type { DriveGrant } from './drive-grant.ts'
import { SERVER_RETRY } from './http-place.ts'
import type { Credential, MediumKindPort } from './kinds.ts'

export interface SignedInDrive {
  readonly grant: DriveGrant
  /** `undefined` is Google's own. */
  readonly service: DriveEndpoints | undefined
}

/** The adapter for Google Drive; main.ts names it. Rejects with a `MediumFault`. */
export interface Drives {
  /** The address of the account. */
  account(place: SignedInDrive): Promise<string>
  found(place: SignedInDrive): Promise<void>
  connect(place: SignedInDrive, account: string): Promise<ConnectedBlobStore>
}

/** The folder of the application's own in a Google Drive, by the OAuth client that it belongs to. */
export function driveKind(drives: Drives): MediumKindPort {
  return {
    normalise: normaliseDrive,
    async check(address, credential) {
      await drives.account(placeFrom(address, credential))
    },
    found: async (address, credential) => drives.found(placeFrom(address, credential)),
    connect: async (address, credential) => drives.connect(placeFrom(address, credential), credential?.account ?? ''),
    failureDomain: (address, account) => Promise.resolve(`google ${account ?? parseDriveAddress(address).clientId}`),
    saveEveryMs: 5_000,
    retry: { ...SERVER_RETRY, maxMs: 300_000 },
  }
}

function placeFrom(address: string, credential: Credential | undefined): SignedInDrive {
  const { clientId, service } = parseDriveAddress(address)
  return { grant: grantFrom(clientId, credential), service }
}
