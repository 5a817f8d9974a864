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
  /** Absent where the driver does not tell. */
  readonly memoryMiB?: number
}

/** How fast one core is, by a short measurement of the agent's own: comparable between devices of one agent version. */
export interface Benchmark {
  /** Millions of dependent integer steps a second. */
  readonly singleCoreMops: number
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

export type LinkKind = 'none' | 'wired' | 'wifi' | 'cellular' | 'unknown'

/** The way to the rest of the world. */
export interface NetworkLink {
  readonly link: LinkKind
  /** Absent where the system does not tell. */
  readonly isMetered?: boolean
}

/** An interface that is up. */
export interface NetworkPath {
  readonly name: string
  readonly link: LinkKind
  /** What the two ends of the link agreed on; absent where there is no such thing. */
  readonly speedMbps?: number
}

export interface Battery {
  readonly percent: number
  readonly isCharging: boolean
  /** Whether a power supply is plugged in; absent where the system does not tell. */
  readonly isOnMains?: boolean
}

/**
 * What a device says it can do. Signed by the device (domain `capability-record`): its word, not a proof. The higher `seq` replaces.
 * A list that is absent was not looked for, or the system does not tell; an empty one was looked for, and there is nothing.
 */
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
  readonly gpus?: readonly Gpu[]
  readonly runtimes: readonly Runtime[]
  readonly sandboxes: readonly Sandbox[]
  readonly network: NetworkLink
  /** Absent on what has none. */
  readonly battery?: Battery
  readonly benchmark?: Benchmark
  /** What foreign code could be held with, by its presence alone: nothing here has proved that it holds. */
  readonly isolation?: readonly string[]
  /** By listing only: none of them was opened. */
  readonly cameras?: readonly string[]
  readonly sensors?: readonly string[]
  readonly paths?: readonly NetworkPath[]
}

export type CapabilityRule = 'bad-validity'
export type CapabilityRefusal = RecordRefusal<CapabilityRecord> | VersionRefusal | CapabilityRule

const shown = text(LIMITS.hardwareNameMaxBytes, isDisplayText)
const several = { max: LIMITS.capabilityItemsMax }
const linkKind = oneOf<LinkKind>({ none: 1, wired: 2, wifi: 3, cellular: 4, unknown: 5 })

export const space = checked(
  record<Space>({ totalMiB: at(1, uint()), freeMiB: at(2, uint()) }),
  ({ totalMiB, freeMiB }) => (freeMiB > totalMiB ? 'more-free-than-total' : undefined),
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
    gpus: maybeAt(13, list(record<Gpu>({ model: at(1, shown), memoryMiB: maybeAt(2, uint()) }), several)),
    runtimes: at(14, list(record<Runtime>({ name: at(1, shown), version: at(2, shown) }), several)),
    sandboxes: at(15, list(record<Sandbox>({ tier: at(1, isolationTier), name: at(2, shown) }), several)),
    network: at(16, record<NetworkLink>({ link: at(1, linkKind), isMetered: maybeAt(2, flag) })),
    battery: maybeAt(
      17,
      record<Battery>({ percent: at(1, uint(100)), isCharging: at(2, flag), isOnMains: maybeAt(3, flag) }),
    ),
    benchmark: maybeAt(18, record<Benchmark>({ singleCoreMops: at(1, uint()) })),
    isolation: maybeAt(19, list(shown, several)),
    cameras: maybeAt(20, list(shown, several)),
    sensors: maybeAt(21, list(shown, several)),
    paths: maybeAt(
      22,
      list(record<NetworkPath>({ name: at(1, shown), link: at(2, linkKind), speedMbps: maybeAt(3, uint()) }), several),
    ),
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
