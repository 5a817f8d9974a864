import { findDevice } from '../device-names.ts'
import type { Errand } from '../errand.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { requireProfile } from './device-pair.ts'
import { showPage } from './page.ts'

/** Opens the page of the device: removing it takes the root, which no agent holds. */
export async function runDeviceRevoke(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  await requireProfile(door)
  const deviceId = await findDevice(givenText(given, 'device'), door)
  const shown = await showPage(errand, door, `/devices/${deviceId}`)
  return {
    result: { deviceId, file: shown.file, opened: shown.opened },
    lines: [...shown.lines, 'This machine holds no root: remove the device on its page.'],
  }
}
