import { flag, id, list, oneOf, text, uint } from './codecs.ts'
import { isDisplayText } from './display-text.ts'
import type { DeviceId } from './ids.ts'
import { isolationTier } from './isolation-tier.ts'
import type { IsolationTier } from './isolation-tier.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import type { Result } from './result.ts'

export type OperatingSystem = 'linux' | 'macos' | 'windows' | 'android' | 'ios' | 'browser' | 'other'
export type Architecture = 'x64' | 'arm64' | 'arm' | 'riscv64' | 'wasm' | 'other'

export interface Cpu {
  readonly model: string
  /** Hardware threads that work can run on. */
  readonly cores: number
}

export interface Space {
  readonly totalMiB: number
  readonly freeMiB: number
}

export interface Gpu {
  readonly model: string
  readonly memoryMiB: number
}

export interface Runtime {
  readonly name: string
  readonly version: string
}

/** A way to run foreign code whose self-test passed on this device; one that failed is not listed. */
export interface Sandbox {
  readonly tier: IsolationTier
  readonly name: string
}

export interface NetworkLink {
  readonly link: 'none' | 'wired' | 'wifi' | 'cellular' | 'unknown'
  readonly isMetered: boolean
}

export interface Battery {
  readonly percent: number
  readonly isCharging: boolean
}

/** What a device says it can do. Signed by the device (domain `capability-record`): its word, not a proof. The higher `seq` replaces. */
export interface CapabilityRecord {
  readonly deviceId: DeviceId
  readonly seq: number
  readonly measuredAtMs: number
  /** After this nobody places work on the strength of it. */
  readonly expiresAtMs: number
  readonly agentVersion: string
  readonly os: OperatingSystem
  readonly osVersion: string
  readonly arch: Architecture
  readonly cpu: Cpu
  readonly memory: Space
  readonly disk: Space
  readonly gpus: readonly Gpu[]
  readonly runtimes: readonly Runtime[]
  readonly sandboxes: readonly Sandbox[]
  readonly network: NetworkLink
  /** Absent on what has none. */
  readonly battery?: Battery
}

export type CapabilityRule = 'bad-validity'
export type CapabilityRefusal = RecordRefusal<CapabilityRecord> | VersionRefusal | CapabilityRule

const shown = text(LIMITS.hardwareNameMaxBytes, isDisplayText)
const several = { max: LIMITS.capabilityItemsMax }
const space = checked(record<Space>({ totalMiB: at(1, uint()), freeMiB: at(2, uint()) }), ({ totalMiB, freeMiB }) =>
  freeMiB > totalMiB ? 'more-free-than-total' : undefined,
)

const codec = checked(
  versionedRecord<CapabilityRecord>(1, {
    deviceId: at(2, id('DeviceId')),
    seq: at(3, uint(undefined, 1)),
    measuredAtMs: at(4, uint()),
    expiresAtMs: at(5, uint()),
    agentVersion: at(6, shown),
    os: at(7, oneOf<OperatingSystem>({ linux: 1, macos: 2, windows: 3, android: 4, ios: 5, browser: 6, other: 7 })),
    osVersion: at(8, shown),
    arch: at(9, oneOf<Architecture>({ x64: 1, arm64: 2, arm: 3, riscv64: 4, wasm: 5, other: 6 })),
    cpu: at(10, record<Cpu>({ model: at(1, shown), cores: at(2, uint(4096, 1)) })),
    memory: at(11, space),
    disk: at(12, space),
    gpus: at(13, list(record<Gpu>({ model: at(1, shown), memoryMiB: at(2, uint()) }), several)),
    runtimes: at(14, list(record<Runtime>({ name: at(1, shown), version: at(2, shown) }), several)),
    sandboxes: at(15, list(record<Sandbox>({ tier: at(1, isolationTier), name: at(2, shown) }), several)),
    network: at(
      16,
      record<NetworkLink>({
        link: at(1, oneOf<NetworkLink['link']>({ none: 1, wired: 2, wifi: 3, cellular: 4, unknown: 5 })),
        isMetered: at(2, flag),
      }),
    ),
    battery: maybeAt(17, record<Battery>({ percent: at(1, uint(100)), isCharging: at(2, flag) })),
  }),
  (offer) => (offer.measuredAtMs >= offer.expiresAtMs ? 'bad-validity' : undefined),
)

/** The payload that the device signs. */
export function encodeCapabilityRecord(offer: CapabilityRecord): Uint8Array {
  return encodeRecord(codec, offer)
}

export function parseCapabilityRecord(payload: Uint8Array): Result<CapabilityRecord, CapabilityRefusal> {
  return parseRecord(codec, payload, LIMITS.capabilityRecordMaxBytes)
}
