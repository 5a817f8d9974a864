import { space } from '@cloudos/protocol/capability-record'
import type { Architecture, OperatingSystem, Runtime, Space } from '@cloudos/protocol/capability-record'
import { deviceName } from '@cloudos/protocol/certificate'
import type { DeviceClass } from '@cloudos/protocol/certificate'
import { flag, id, list, oneOf, text, uint } from '@cloudos/protocol/codecs'
import type { DevicePresence } from '@cloudos/protocol/device-commands'
import { isDisplayText } from '@cloudos/protocol/display-text'
import type { DeviceId } from '@cloudos/protocol/ids'
import { isolationTier } from '@cloudos/protocol/isolation-tier'
import type { IsolationTier } from '@cloudos/protocol/isolation-tier'
import { LIMITS } from '@cloudos/protocol/limits'
import { at, checked, maybeAt, record, versionedRecord } from '@cloudos/protocol/record'
import type { Result } from '@cloudos/protocol/result'
import { jsonFromRecord, recordFromJson } from '@cloudos/protocol/json-record'

/** What a job needs of the device it runs on. A list that is absent asks for nothing. */
export interface JobNeeds {
  readonly memoryMiB: number
  readonly diskMiB: number
  readonly wallMs: number
  readonly minTier: IsolationTier
  readonly systems?: readonly OperatingSystem[]
  readonly archs?: readonly Architecture[]
  /** Names of programs that must be there: `python3`. */
  readonly runtimes?: readonly string[]
}

/** What of a device's capability record placement looks at. */
export interface DeviceOffer {
  readonly expiresAtMs: number
  readonly os: OperatingSystem
  readonly arch: Architecture
  readonly cores: number
  readonly memory: Space
  readonly disk: Space
  readonly runtimes: readonly Runtime[]
  /** The strongest whose self-test passed there; absent when none is advertised. */
  readonly tier?: IsolationTier
  readonly isMetered?: boolean
  /** Absent on what has no battery. */
  readonly isOnMains?: boolean
  readonly singleCoreMops?: number
}

export interface Candidate {
  readonly deviceId: DeviceId
  readonly name: string
  readonly class: DeviceClass
  readonly presence: DevicePresence
  readonly certificateEndsMs: number
  /** Jobs there that have not ended, as far as is known where it is decided. */
  readonly activeJobs: number
  /** Its owner's policy lets no device run jobs there. */
  readonly isForbidden: boolean
  /** Absent when it was not heard. */
  readonly offer?: DeviceOffer
}

/** Everything a placement is decided from. The same snapshot gives the same plan anywhere; the version is that of the rules. */
export interface PlacementSnapshot {
  readonly atMs: number
  /** Decides between devices that are equally good. */
  readonly seed: number
  readonly job: JobNeeds
  readonly candidates: readonly Candidate[]
  /** Devices that were looked at too, were not chosen, and for which there was no room. */
  readonly leftOut?: number
}

const several = { max: LIMITS.capabilityItemsMax }
const shown = text(LIMITS.hardwareNameMaxBytes, isDisplayText)
const system = oneOf<OperatingSystem>({ linux: 1, macos: 2, windows: 3, android: 4, ios: 5, browser: 6, other: 7 })
const architecture = oneOf<Architecture>({ x64: 1, arm64: 2, arm: 3, riscv64: 4, wasm: 5, other: 6 })

const jobNeeds = record<JobNeeds>({
  memoryMiB: at(1, uint()),
  diskMiB: at(2, uint()),
  wallMs: at(3, uint()),
  minTier: at(4, isolationTier),
  systems: maybeAt(5, list(system, several)),
  archs: maybeAt(6, list(architecture, several)),
  runtimes: maybeAt(7, list(shown, several)),
})

const deviceOffer = record<DeviceOffer>({
  expiresAtMs: at(1, uint()),
  os: at(2, system),
  arch: at(3, architecture),
  cores: at(4, uint(4096, 1)),
  memory: at(5, space),
  disk: at(6, space),
  runtimes: at(7, list(record<Runtime>({ name: at(1, shown), version: at(2, shown) }), several)),
  tier: maybeAt(8, isolationTier),
  isMetered: maybeAt(9, flag),
  isOnMains: maybeAt(10, flag),
  singleCoreMops: maybeAt(11, uint()),
})

const candidate = record<Candidate>({
  deviceId: at(1, id('DeviceId')),
  name: at(2, deviceName),
  class: at(3, oneOf<DeviceClass>({ agent: 1, browser: 2, vault: 3 })),
  presence: at(4, oneOf<DevicePresence>({ here: 1, online: 2, offline: 3, removed: 4 })),
  certificateEndsMs: at(5, uint()),
  activeJobs: at(6, uint()),
  isForbidden: at(7, flag),
  offer: maybeAt(8, deviceOffer),
})

const snapshotCodec = checked(
  versionedRecord<PlacementSnapshot>(1, {
    atMs: at(2, uint()),
    seed: at(3, uint(0xffff_ffff)),
    job: at(4, jobNeeds),
    candidates: at(5, list(candidate, { max: LIMITS.devicesPerProfile })),
    leftOut: maybeAt(6, uint()),
  }),
  ({ candidates }) =>
    new Set(candidates.map(({ deviceId }) => deviceId)).size === candidates.length ? undefined : 'device-twice',
)

/** JSON, as it is kept with the job. */
export function encodeSnapshot(snapshot: PlacementSnapshot): string {
  return JSON.stringify(jsonFromRecord(snapshotCodec, snapshot))
}

/** `bad-json` for what is no JSON, else the sentence that names the field. */
export function parseSnapshot(kept: string): Result<PlacementSnapshot, string> {
  let json: unknown
  try {
    json = JSON.parse(kept)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return { ok: false, error: 'bad-json' }
  }
  const parsed = recordFromJson(snapshotCodec, json)
  return parsed.ok ? parsed : { ok: false, error: parsed.error.message }
}
