import { space } from './capability-record.ts'
import type { Space } from './capability-record.ts'
import { deviceName } from './certificate.ts'
import type { DeviceClass } from './certificate.ts'
import { bytesUpTo, id, list, oneOf, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
import { SIGNATURE_BYTES } from './signed.ts'

/** A capability record with the device's signature (`encodeSigned`), not older than a few seconds or else still true. */
export interface SignedCapabilities {
  readonly record: Uint8Array
}

export const capabilitiesCommand: CommandShape<Nothing, SignedCapabilities> = {
  name: 'device.capabilities',
  effect: 'reads',
  grant: { resource: 'device:*', act: 'read' },
  says: 'Tell what this device can do, signed by it.',
  examples: ['cloudos device capabilities --json'],
  input: nothing,
  output: record<SignedCapabilities>({
    record: at(1, bytesUpTo(LIMITS.capabilityRecordMaxBytes + SIGNATURE_BYTES), 'the signed capability record'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** Over the second before `atMs`, all network interfaces that lead out of the machine together. */
export interface Traffic {
  readonly receivedBytesPerS: number
  readonly sentBytesPerS: number
}

/** How a device is doing. It is told to who watches and kept nowhere. */
export interface DeviceMetrics {
  readonly atMs: number
  /** Of all cores together. */
  readonly cpuPermille: number
  readonly memory: Space
  /** Of the file system the agent's home lies on. */
  readonly disk: Space
  /** Absent where the system does not tell. */
  readonly traffic?: Traffic
}

/** Tells how the device is doing once a second until it is cancelled. */
export const metricsCommand: CommandShape<Nothing, Nothing, DeviceMetrics> = {
  name: 'device.metrics',
  effect: 'reads',
  grant: { resource: 'device:*', act: 'read' },
  says: 'Tell once a second how this device is doing, until it is stopped.',
  examples: ['cloudos device metrics'],
  input: nothing,
  output: nothing,
  event: record<DeviceMetrics>({
    atMs: at(1, uint(), 'when it was read'),
    cpuPermille: at(2, uint(1000), 'how busy all cores together are'),
    memory: at(3, space, 'memory'),
    disk: at(4, space, "the file system of the agent's home"),
    traffic: maybeAt(
      5,
      record<Traffic>({ receivedBytesPerS: at(1, uint()), sentBytesPerS: at(2, uint()) }),
      'what goes in and out of the machine',
    ),
  }),
  repeat: 'harmless',
  timeoutMs: LIMITS.rpcMaxTimeoutMs,
}

export type DevicePresence = 'here' | 'online' | 'offline' | 'removed'

export interface ListedDevice {
  readonly deviceId: DeviceId
  /** What its owner calls it. */
  readonly name: string
  readonly class: DeviceClass
  /** As the agent that answers sees it. */
  readonly presence: DevicePresence
  readonly certificateEndsMs: number
}

const listedDevice = record<ListedDevice>({
  deviceId: at(1, id('DeviceId')),
  name: at(2, deviceName),
  class: at(3, oneOf<DeviceClass>({ agent: 1, browser: 2, vault: 3 })),
  presence: at(4, oneOf<DevicePresence>({ here: 1, online: 2, offline: 3, removed: 4 })),
  certificateEndsMs: at(5, uint()),
})

export interface DeviceList {
  readonly devices: readonly ListedDevice[]
}

export const listDevicesCommand: CommandShape<Nothing, DeviceList> = {
  name: 'device.list',
  effect: 'reads',
  grant: { resource: 'device:*', act: 'read' },
  says: 'List the devices of the profile, and which of them this one is in step with.',
  examples: ['cloudos device list', 'cloudos device list --json'],
  input: nothing,
  output: record<DeviceList>({
    devices: at(1, list(listedDevice, { max: LIMITS.devicesPerProfile }), 'every device that is or was in the profile'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export interface Renaming {
  readonly deviceId: DeviceId
  readonly name: string
}

/** Answered once the name is on this device's disk; the others show it when they are in step. */
export const renameDeviceCommand: CommandShape<Renaming, Nothing> = {
  name: 'device.rename',
  effect: 'writes',
  grant: { resource: 'device:*', act: 'write' },
  says: 'Give a device another name, on all devices.',
  examples: ['cloudos device rename --device-id 00112233445566778899aabbccddeeff --name nas-attic'],
  input: record<Renaming>({
    deviceId: at(1, id('DeviceId'), 'which device'),
    name: at(2, deviceName, 'what it is called from now on'),
  }),
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
