import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Space } from '@cloudos/protocol/capability-record'
import type { Host } from './host.ts'
import { diskSpace, memorySpace } from './machine.ts'
import { outwardInterfaces } from './network-paths.ts'
import { findText } from './system-files.ts'

/** What a machine has counted up to one moment. */
export interface Counters {
  /** Of all cores together, since the machine started. */
  readonly busyMs: number
  readonly totalMs: number
  readonly memory: Space
  readonly disk: Space
  readonly traffic?: { readonly receivedBytes: number; readonly sentBytes: number }
}

export async function readCounters(host: Host): Promise<Counters> {
  const times = cpus().map((cpu) => cpu.times)
  const totalMs = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0)
  const traffic = await findTraffic(host)
  return {
    busyMs: totalMs - idleMs,
    totalMs,
    memory: memorySpace(),
    disk: await diskSpace(host),
    ...(traffic === undefined ? {} : { traffic }),
  }
}

async function findTraffic(host: Host): Promise<Counters['traffic']> {
  const [table, names] = await Promise.all([findText(join(host.root, 'proc/net/dev')), outwardInterfaces(host)])
  if (table === undefined || names === undefined) return undefined
  let [receivedBytes, sentBytes] = [0, 0]
  for (const line of table.split('\n')) {
    const [name, counts] = line.split(':')
    if (name === undefined || counts === undefined || !names.includes(name.trim())) continue
    const columns = counts.trim().split(/\s+/).map(Number)
    receivedBytes += columns[0] ?? 0
    sentBytes += columns[8] ?? 0
  }
  return { receivedBytes, sentBytes }
}
