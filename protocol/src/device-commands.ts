import { space } from './capability-record.ts'
import type { Space } from './capability-record.ts'
import { bytesUpTo, uint } from './codecs.ts'
import type { CommandShape, Nothing } from './commands.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
import { SIGNATURE_BYTES } from './signed.ts'

const nothing = record<Nothing>({})

/** A capability record with the device's signature (`encodeSigned`), not older than a few seconds or else still true. */
export interface SignedCapabilities {
  readonly record: Uint8Array
}

export const capabilitiesCommand: CommandShape<Nothing, SignedCapabilities> = {
  name: 'device.capabilities',
  effect: 'reads',
  input: nothing,
  output: record<SignedCapabilities>({
    record: at(1, bytesUpTo(LIMITS.capabilityRecordMaxBytes + SIGNATURE_BYTES)),
  }),
  event: undefined,
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
  input: nothing,
  output: nothing,
  event: record<DeviceMetrics>({
    atMs: at(1, uint()),
    cpuPermille: at(2, uint(1000)),
    memory: at(3, space),
    disk: at(4, space),
    traffic: maybeAt(5, record<Traffic>({ receivedBytesPerS: at(1, uint()), sentBytesPerS: at(2, uint()) })),
  }),
}
