import { join } from 'node:path'
import type { LinkKind, NetworkLink, NetworkPath } from '@cloudos/protocol/capability-record'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Host } from './host.ts'
import { findNames, findNumber, findText } from './system-files.ts'

export interface Networks {
  readonly network: NetworkLink
  readonly paths?: readonly NetworkPath[]
}

/** Linux tells its interfaces as files; of other systems nothing is claimed. */
export async function findNetworks(host: Host): Promise<Networks> {
  const names = await outwardInterfaces(host)
  if (names === undefined) return { network: { link: 'unknown' } }
  const paths = (await Promise.all(names.map((name) => findPath(host, name)))).filter((path) => path !== undefined)
  const outward = await defaultInterface(host)
  const link = outward === undefined ? 'none' : await linkKind(host, outward)
  return { network: { link }, paths: paths.slice(0, LIMITS.capabilityItemsMax) }
}

/**
 * Interfaces that are hardware. A bridge or a tunnel passes on what one of these carries, so counting both would count twice. Inside a
 * container nothing is hardware: there all but the loopback.
 */
export async function outwardInterfaces({ root }: Host): Promise<readonly string[] | undefined> {
  const names = (await findNames(join(root, 'sys/class/net')))?.filter((name) => name !== 'lo')
  if (names === undefined) return undefined
  const hardware = await Promise.all(
    names.map(async (name) => (await findNames(join(root, 'sys/class/net', name, 'device'))) !== undefined),
  )
  return hardware.includes(true) ? names.filter((_, i) => hardware[i]) : names
}

async function findPath(host: Host, name: string): Promise<NetworkPath | undefined> {
  const folder = join(host.root, 'sys/class/net', name)
  const state = await findText(join(folder, 'operstate'))
  if (state !== 'up' && state !== 'unknown') return undefined
  const speedMbps = await findNumber(join(folder, 'speed'))
  return { name, link: await linkKind(host, name), ...(speedMbps === undefined ? {} : { speedMbps }) }
}

async function linkKind({ root }: Host, name: string): Promise<LinkKind> {
  const folder = join(root, 'sys/class/net', name)
  const kind = /^DEVTYPE=(\w+)$/m.exec((await findText(join(folder, 'uevent'))) ?? '')?.[1]
  if (kind === 'wlan') return 'wifi'
  if (kind === 'wwan') return 'cellular'
  const isHardware = (await findNames(join(folder, 'device'))) !== undefined
  return kind === undefined && isHardware ? 'wired' : 'unknown'
}

/** The interface of the cheapest default route, of either family. */
async function defaultInterface({ root }: Host): Promise<string | undefined> {
  const [four, six] = await Promise.all([
    findText(join(root, 'proc/net/route')),
    findText(join(root, 'proc/net/ipv6_route')),
  ])
  const fours = rowsOf(four).filter(
    ([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000',
  )
  const [cheapest] = fours.sort((a, b) => Number(a[6]) - Number(b[6]))
  const six0 = rowsOf(six).find(
    ([to, bits, , , , , , , , name]) => /^0+$/.test(to ?? '') && bits === '00' && name !== 'lo',
  )
  return cheapest?.[0] ?? six0?.[9]
}

function rowsOf(table: string | undefined): (readonly string[])[] {
  return (table ?? '').split('\n').map((line) => line.trim().split(/\s+/))
}
