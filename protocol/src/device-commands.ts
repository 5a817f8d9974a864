import { space } from './capability-record.ts'
import type { Space } from './capability-record.ts'
import { bytesUpTo, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
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
