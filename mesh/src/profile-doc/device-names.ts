import type * as Y from 'yjs'
import type { Member } from '@cloudos/crypto/membership'
import { deviceName } from '@cloudos/protocol/certificate'
import type { DeviceId } from '@cloudos/protocol/ids'

type Named = Pick<Member, 'deviceId' | 'name'>

function namesIn(ydoc: Y.Doc): Y.Map<unknown> {
  return ydoc.getMap('names')
}

/** What the owner calls the device; until they call it anything, the name of its certificate. */
export function shownName(ydoc: Y.Doc | undefined, { deviceId, name }: Named): string {
  const given = ydoc === undefined ? undefined : namesIn(ydoc).get(deviceId)
  return (typeof given === 'string' ? deviceName.read(given) : undefined) ?? name
}

/**
 * What the certificate of a machine says instead of its name: the log lies readable on every medium, and a host's name tells whose it is.
 */
export const NAME_IN_LOG = 'Computer'

/** What the device is called until its owner says otherwise. A name that was given stays. */
export function nameNewDevice(ydoc: Y.Doc, deviceId: DeviceId, name: string): void {
  if (!namesIn(ydoc).has(deviceId)) nameDevice(ydoc, deviceId, name)
}

/** As a person types it into one spelling; `undefined` for what no device may be called (empty, over 64 bytes, deceiving). */
export function findDeviceName(typed: string): string | undefined {
  return deviceName.read(typed.normalize('NFC').trim())
}

/** `name` comes from `findDeviceName`. */
export function nameDevice(ydoc: Y.Doc, deviceId: DeviceId, name: string): void {
  if (deviceName.read(name) === undefined) throw new RangeError('no name for a device')
  const names = namesIn(ydoc)
  if (names.get(deviceId) !== name) names.set(deviceId, name)
}
