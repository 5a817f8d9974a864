import { availableParallelism } from 'node:os'
import type { Clock } from '@cloudos/protocol/ports'
import type { DeviceOffer } from '@cloudos/scheduler/place-snapshot'
import { architectureOf, diskSpace, memorySpace, systemOf } from '../capability/machine.ts'

const MINUTE_MS = 60_000

/** What this device can do, as far as it is known at once: its speed and its programs are not looked for. */
export async function offerAlone(homeFolder: string, clock: Clock): Promise<DeviceOffer> {
  return {
    expiresAtMs: clock.nowMs() + MINUTE_MS,
    os: systemOf(process.platform),
    arch: architectureOf(process.arch),
    cores: availableParallelism(),
    memory: memorySpace(),
    disk: await diskSpace({ homeFolder }),
    runtimes: [],
  }
}
