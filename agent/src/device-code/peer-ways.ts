import { findId } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import type { Settings } from '../journal/settings.ts'

/** Which ways in each other device has said to keep, also over a restart. */
export interface PeerWays {
  find(deviceId: DeviceId): Hash | undefined
  /** `undefined`: it has said that it keeps none. */
  note(deviceId: DeviceId, ways: Hash | undefined): void
}

export function createPeerWays(settings: Settings): PeerWays {
  const known = new Map((settings.find('peer-ways') ?? '').split('\n').flatMap(pairFrom))
  return {
    find: (deviceId) => known.get(deviceId),
    note(deviceId, ways) {
      if (known.get(deviceId) === ways) return
      if (ways === undefined) known.delete(deviceId)
      else known.set(deviceId, ways)
      settings.set('peer-ways', [...known].map((pair) => pair.join(' ')).join('\n'))
    },
  }
}

function pairFrom(line: string): readonly (readonly [DeviceId, Hash])[] {
  const [device = '', ways = ''] = line.split(' ')
  const [deviceId, hash] = [findId('DeviceId', device), findId('Hash', ways)]
  return deviceId === undefined || hash === undefined ? [] : [[deviceId, hash]]
}
