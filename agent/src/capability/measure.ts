import { setImmediate } from 'node:timers/promises'
import type { Benchmark, Sandbox } from '@cloudos/protocol/capability-record'
import type { Clock } from '@cloudos/protocol/ports'
import { measureSingleCore } from './benchmark.ts'
import type { Findings, Host } from './host.ts'
import { findIsolation } from './isolation.ts'
import { findBattery, findCameras, findGpus, findSensors } from './listed-hardware.ts'
import { architectureOf, diskSpace, findCpu, memorySpace, systemOf, systemVersion } from './machine.ts'
import { findNetworks } from './network-paths.ts'
import { RuntimeBook } from './programs.ts'

/** Looks at the machine whenever it is called; what is slow and stays the same is looked at once. */
export function createMeasure(
  host: Host,
  clock: Clock,
  provenSandboxes: () => Promise<readonly Sandbox[]>,
): () => Promise<Findings> {
  const runtimes = new RuntimeBook()
  let benchmark: Promise<Benchmark> | undefined
  return async () => {
    benchmark ??= measureSingleCore(clock, () => setImmediate())
    const battery = await findBattery(host)
    return {
      os: systemOf(host.platform),
      osVersion: await systemVersion(host),
      arch: architectureOf(process.arch),
      cpu: await findCpu(host),
      memory: memorySpace(),
      disk: await diskSpace(host),
      runtimes: await runtimes.find(host),
      sandboxes: await provenSandboxes(),
      ...(await findNetworks(host)),
      ...(battery === undefined ? {} : { battery }),
      benchmark: await benchmark,
      isolation: await findIsolation(host),
      ...(host.platform === 'linux' ? await listedOnLinux(host) : {}),
    }
  }
}

async function listedOnLinux(host: Host): Promise<Pick<Findings, 'gpus' | 'cameras' | 'sensors'>> {
  const [gpus, cameras, sensors] = await Promise.all([findGpus(host), findCameras(host), findSensors(host)])
  return { gpus, cameras, sensors }
}
