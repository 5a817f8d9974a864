import { findCode } from '@cloudos/mesh/device-copy/code'
import { findPlace, placeText } from '@cloudos/mesh/device-copy/address'
import type { DevicePlace } from '@cloudos/mesh/device-copy/address'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import type { MediumKindPort } from './kinds.ts'

/** How another device is visited; the mesh does it. */
export interface DeviceVisits {
  /** Proves the code there and shows its copy. Rejects with `CloudError`. */
  visitDevice(place: DevicePlace, secret: Uint8Array): Promise<ConnectedBlobStore>
}

/** What a visit shows, held to what every medium promises: the adapters do it. */
export type AsMedium = (shown: ConnectedBlobStore) => ConnectedBlobStore

/**
 * Another device of the profile. It keeps everything by itself, so nothing is added or kept in step here: this is the way back from it, by
 * the one-time code that it shows.
 */
export function peerKind(visits: DeviceVisits, asMedium: AsMedium): MediumKindPort {
  return {
    normalise: (where) => placeText(placeFrom(where)),
    // What is wrong shows in visiting it, and a code works once.
    check: () => Promise.resolve(),
    found: () =>
      Promise.reject(
        new CloudError('keeps-itself', 'A device of the profile keeps all of it by itself: pair it with cloudos device pair. This is for coming back from one.'), // prettier-ignore
      ),
    async connect(address, credential) {
      const place = placeFrom(address)
      if (credential === undefined)
        throw new CloudError('no-credential', 'Give the code that this device shows: cloudos device code, or the button on its page.') // prettier-ignore
      const secret = findCode(credential.secret)
      if (secret === undefined)
        throw new CloudError('bad-code', 'The code is mistyped: it is 29 letters and digits in groups of five. Nothing was sent. Look at it again.') // prettier-ignore
      return asMedium(await visits.visitDevice(place, secret))
    },
    failureDomain: (address) => Promise.resolve(`device ${placeFrom(address).peerId}`),
    saveEveryMs: 3_000,
    retry: { firstMs: 1_000, maxMs: 60_000 },
  }
}

function placeFrom(where: string): DevicePlace {
  const place = findPlace(where)
  if (place !== undefined) return place
  throw new CloudError('bad-address', 'That is no address of a device. Copy it whole from where its code is shown, or from part B of the recovery kit: /ip4/192.168.1.7/tcp/12345/p2p/12D3…') // prettier-ignore
}
