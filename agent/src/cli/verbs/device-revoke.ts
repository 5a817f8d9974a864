import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { Errand } from '../errand.ts'
import { listOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { requireProfile } from './device-pair.ts'
import { showPage } from './page.ts'

/** Opens the page of the device: removing it takes the root, which no agent holds. */
export async function runDeviceRevoke(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const status = await requireProfile(door)
  const wanted = givenText(given, 'device')
  const peer = listOf(status, 'peers').find((one) => textOf(one, 'name') === wanted)
  const deviceId = findId('DeviceId', wanted) ?? findId('DeviceId', peer && textOf(peer, 'deviceId'))
  if (deviceId === undefined)
    throw new CloudError('no-such-device', `No device is called "${wanted}". See their names with: cloudos device list`)
  const shown = await showPage(errand, door, `/devices/${deviceId}`)
  return {
    result: { deviceId, file: shown.file, opened: shown.opened },
    lines: [...shown.lines, 'This machine holds no root: remove the device on its page.'],
  }
}
