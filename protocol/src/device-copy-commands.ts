import { deviceName } from './certificate.ts'
import { id, list, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

/** What a device says of the copy of the profile that it is itself. */
export interface KeptByDevice {
  /** What time it is there. */
  readonly nowMs: number
  /** Which ways in it keeps (`hashSlotSet`): absent while it has none, and nothing opens what it keeps. */
  readonly ways?: Hash
}

export const deviceKeepsCommand: CommandShape<Nothing, KeptByDevice> = {
  name: 'device.keeps',
  effect: 'reads',
  grant: { resource: 'device:*', act: 'read' },
  says: 'Tell what time it is on this device, and which ways in it keeps.',
  examples: ['cloudos device keeps --json'],
  input: nothing,
  output: record<KeptByDevice>({
    nowMs: at(1, uint(), 'its clock'),
    ways: maybeAt(2, id('Hash'), 'the hash of the ways in that it keeps'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface DeviceClock {
  readonly deviceId: DeviceId
  readonly name: string
  /** Its clock, and this device's at the same moment, as far as the way between them lets it be told. */
  readonly nowMs: number
  readonly hereMs: number
}

export interface DeviceClocks {
  readonly clocks: readonly DeviceClock[]
}

export const deviceClocksCommand: CommandShape<Nothing, DeviceClocks> = {
  name: 'device.clocks',
  effect: 'reads',
  grant: { resource: 'device:*', act: 'read' },
  says: 'Compare the clock of this device with those of the machines that are connected.',
  examples: ['cloudos device clocks'],
  input: nothing,
  output: record<DeviceClocks>({
    clocks: at(
      1,
      list(
        record<DeviceClock>({
          deviceId: at(1, id('DeviceId')),
          name: at(2, deviceName),
          nowMs: at(3, uint()),
          hereMs: at(4, uint()),
        }),
        { max: LIMITS.devicesPerProfile },
      ),
      'each machine that answered',
    ),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
