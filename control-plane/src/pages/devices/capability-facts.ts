import type { CapabilityRecord, LinkKind, NetworkPath, OperatingSystem } from '@cloudos/protocol/capability-record'
import { sizeText } from '../../ui/amounts.ts'

export interface Fact {
  readonly label: string
  readonly value: string
}

export interface FactGroup {
  readonly title: string
  readonly facts: readonly Fact[]
}

/** A Linux names its distribution itself. */
const SYSTEMS: Partial<Record<OperatingSystem, string>> = {
  macos: 'macOS ',
  windows: 'Windows ',
  android: 'Android ',
  ios: 'iOS ',
}

/** "Debian GNU/Linux 12 (bookworm) · x86-64" */
export function systemText({ os, osVersion, arch }: Pick<CapabilityRecord, 'os' | 'osVersion' | 'arch'>): string {
  const system = SYSTEMS[os] ?? ''
  return `${system}${osVersion} · ${arch === 'x64' ? 'x86-64' : arch}`
}

/** Everything a record says, for reading. What it leaves out is said to be unknown, never guessed. */
export function groupsFrom(record: CapabilityRecord): readonly FactGroup[] {
  const { cpu, memory, disk, benchmark, gpus, runtimes, sandboxes, isolation, cameras, sensors, battery } = record
  return [
    {
      title: 'Compute',
      facts: [
        { label: 'System', value: systemText(record) },
        { label: 'Processor', value: cpu.model === 'unknown' ? NOT_TOLD : cpu.model },
        { label: 'Cores', value: String(cpu.cores) },
        {
          label: 'One core',
          value: benchmark ? `${String(benchmark.singleCoreMops)} million steps a second` : NOT_TOLD,
        },
        { label: 'Memory', value: `${sizeText(memory.totalMiB)}, ${sizeText(memory.freeMiB)} free` },
        { label: 'Disk', value: `${sizeText(disk.totalMiB)}, ${sizeText(disk.freeMiB)} free` },
        {
          label: 'GPU',
          value: listText(
            gpus?.map(({ model, memoryMiB }) => (memoryMiB ? `${model}, ${sizeText(memoryMiB)}` : model)),
          ),
        },
      ],
    },
    {
      title: 'Runs',
      facts: [
        { label: 'Runtimes', value: listText(runtimes.map(({ name, version }) => `${name} ${version}`)) },
        {
          label: 'Sandboxes',
          value: sandboxes.length > 0 ? listText(sandboxes.map(({ name }) => name)) : 'none that has proved itself',
        },
        { label: 'Isolation found', value: listText(isolation) },
      ],
    },
    {
      title: 'Connected by',
      facts: [
        { label: 'Way out', value: LINKS[record.network.link] },
        ...(record.network.isMetered === undefined
          ? []
          : [{ label: 'Metered', value: record.network.isMetered ? 'yes' : 'no' }]),
        { label: 'Interfaces', value: listText(record.paths?.map(pathText)) },
      ],
    },
    {
      title: 'Power and senses',
      facts: [
        { label: 'Battery', value: battery ? batteryText(battery) : 'none found' },
        { label: 'Cameras', value: listText(cameras) },
        { label: 'Sensors', value: listText(sensors) },
      ],
    },
  ]
}

const NOT_TOLD = 'not told by the system'

const LINKS: Readonly<Record<LinkKind, string>> = {
  none: 'none: no route out',
  wired: 'cable',
  wifi: 'Wi-Fi',
  cellular: 'mobile network',
  unknown: 'of a kind the system does not tell',
}

function listText(names: readonly string[] | undefined): string {
  if (names === undefined) return NOT_TOLD
  return names.length === 0 ? 'none found' : names.join(', ')
}

function pathText({ name, link, speedMbps }: NetworkPath): string {
  const kind = link === 'unknown' ? name : `${name}, ${LINKS[link]}`
  return speedMbps === undefined ? kind : `${kind}, ${String(speedMbps)} Mb/s`
}

function batteryText({ percent, isCharging, isOnMains }: NonNullable<CapabilityRecord['battery']>): string {
  const power = isCharging ? ', charging' : isOnMains === true ? ', on mains' : isOnMains === false ? ', in use' : ''
  return `${String(percent)} %${power}`
}
