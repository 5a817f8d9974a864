import { CloudError } from '@cloudos/protocol/cloud-error'
import { base64url } from '@cloudos/protocol/base-text'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import { statusCommand } from '@cloudos/protocol/commands'
import { capabilitiesCommand, listDevicesCommand } from '@cloudos/protocol/device-commands'
import type { Json } from '@cloudos/protocol/json-record'
import { SIGNATURE_BYTES } from '@cloudos/protocol/signed'
import type { AgentDoor } from '../agent-door.ts'
import { findDevice } from '../device-names.ts'
import type { Errand } from '../errand.ts'
import { listOf, textOf } from '../json-fields.ts'
import { linesFrom } from '../tell.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** What the profile knows of a device; of this one also what it can do. */
export async function runDeviceShow(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const own = textOf(await door.ask(statusCommand, {}), 'deviceId')
  const wanted = givenText(given, 'device')
  const deviceId = wanted === '' ? own : await findDevice(wanted, door)
  const listed = listOf(await door.ask(listDevicesCommand, {}), 'devices').find(
    (one) => textOf(one, 'deviceId') === deviceId,
  )
  if (listed === undefined)
    throw new CloudError('no-such-device', 'No device of the profile has this id. See them with: cloudos device list')
  const result = deviceId === own ? { ...fieldsOf(listed), ...(await ownCapabilities(door)) } : fieldsOf(listed)
  return { result, lines: linesFrom(result) }
}

function fieldsOf(json: Json): { readonly [name: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json as { readonly [name: string]: Json })
    : {}
}

async function ownCapabilities(door: AgentDoor): Promise<{ readonly [name: string]: Json }> {
  const signed = base64url.find(textOf(await door.ask(capabilitiesCommand, {}), 'record')) ?? new Uint8Array()
  const parsed = parseCapabilityRecord(signed.subarray(0, signed.length - SIGNATURE_BYTES))
  if (!parsed.ok)
    throw new CloudError('other-version', 'The agent tells of its machine in a way this command does not know.')
  const { os, osVersion, arch, cpu, memory, disk, runtimes } = parsed.value
  return {
    system: `${os} ${osVersion} ${arch}`,
    cpu: { ...cpu },
    memory: { ...memory },
    disk: { ...disk },
    runtimes: runtimes.map((runtime) => ({ ...runtime })),
  }
}
