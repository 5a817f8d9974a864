import { CloudError } from '@cloudos/protocol/cloud-error'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import { findId } from '@cloudos/protocol/ids'
import type { Json } from '@cloudos/protocol/json-record'
import type { AgentDoor } from './agent-door.ts'
import { listOf, textOf } from './json-fields.ts'

/** The device that a person means by its id or by its name. Rejects as 'no-such-device' or, for a name of several, 'which-device'. */
export async function findDevice(wanted: string, door: AgentDoor): Promise<string> {
  if (findId('DeviceId', wanted) !== undefined) return wanted
  const named = listOf(await door.ask(listDevicesCommand, {}), 'devices').filter(
    (one) => textOf(one, 'name') === wanted,
  )
  const [first, ...others] = named.map((one: Json) => textOf(one, 'deviceId'))
  if (first === undefined)
    throw new CloudError('no-such-device', `No device is called "${wanted}". See their names with: cloudos device list`)
  if (others.length > 0)
    throw new CloudError(
      'which-device',
      `Several devices are called "${wanted}". Say which by its id: ${named.map((one) => textOf(one, 'deviceId')).join(', ')}`,
    )
  return first
}
