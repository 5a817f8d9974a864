import { mediumName } from '@cloudos/mesh/copy/sightings-book'
import type { Hash } from '@cloudos/protocol/ids'
import type { StoredMedium } from '../journal/media.ts'
import { isThisDevice } from './http-place.ts'

/**
 * What every device of the profile calls a place, so that they can tell each other what they were shown there; `undefined` for one that
 * means nothing elsewhere. An address of this very machine is another place on every other: `machine` tells them apart.
 */
export function sharedName(
  { kind, where, account }: Pick<StoredMedium, 'kind' | 'where' | 'account'>,
  machine: string,
): Hash | undefined {
  const url = URL.parse(where)
  const near = url !== null && isThisDevice(url) ? machine : ''
  switch (kind) {
    case 'folder':
    case 'peer':
      return undefined
    // Many servers show each account a folder of its own at one address.
    case 'webdav':
    case 'drive':
      return mediumName(kind, where, JSON.stringify([account ?? '', near]))
    // Each device may have a key of its own to the one bucket.
    case 's3':
      return mediumName(kind, where, near)
    case 'github':
      return mediumName(kind, where.toLowerCase(), near)
  }
}
