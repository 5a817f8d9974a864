import type { CapabilityRecord } from '@cloudos/protocol/capability-record'

/** The machine that is looked at. Tests pass a folder that looks like one as `root`. */
export interface Host {
  readonly platform: NodeJS.Platform
  /** Where /proc and /sys are. */
  readonly root: string
  /** PATH as the agent was started with: programs are looked for there and nowhere else. */
  readonly searchPath: string
  /** The disk that counts is the one this lies on. */
  readonly homeFolder: string
}

/** Everything about a device that is found by looking; who says it, and when, the record adds. */
export type Findings = Omit<CapabilityRecord, 'deviceId' | 'seq' | 'measuredAtMs' | 'expiresAtMs' | 'agentVersion'>
