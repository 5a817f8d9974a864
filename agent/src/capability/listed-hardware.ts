import { join } from 'node:path'
import type { Battery, Gpu } from '@cloudos/protocol/capability-record'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Host } from './host.ts'
import { findNames, findNumber, findText, shownName, shownNames } from './system-files.ts'

/** Screens without an engine behind them: what draws there is the processor. */
const NO_ENGINE = new Set(['simple-framebuffer', 'simpledrm', 'bochs-drm', 'vkms', 'cirrus', 'ast', 'mgag200'])
const MIB = 1024 * 1024

/** By listing what drivers have registered; none is opened. */
export async function findGpus({ root }: Host): Promise<readonly Gpu[]> {
  const cards = ((await findNames(join(root, 'sys/class/drm'))) ?? []).filter((name) => /^card\d+$/.test(name))
  const named = await nvidiaNames(root)
  const found = await Promise.all(cards.map((card) => gpuOf(join(root, 'sys/class/drm', card, 'device'), named)))
  const unregistered = cards.length === 0 ? named : [] // NVIDIA's driver may run without one of the kernel's cards
  return [...found.filter((gpu) => gpu !== undefined), ...unregistered.map((model) => ({ model }))].slice(
    0,
    LIMITS.capabilityItemsMax,
  )
}

async function gpuOf(device: string, nvidia: readonly string[]): Promise<Gpu | undefined> {
  const about = (await findText(join(device, 'uevent'))) ?? ''
  const driver = /^DRIVER=(.+)$/m.exec(about)?.[1]
  if (driver === undefined || NO_ENGINE.has(driver)) return undefined
  const pciId = /^PCI_ID=(.+)$/m.exec(about)?.[1]
  const product = driver === 'nvidia' ? nvidia[0] : await findText(join(device, 'product_name'))
  const model = shownName(product) ?? shownName(pciId === undefined ? driver : `${driver} ${pciId.toLowerCase()}`)
  const memoryBytes = await findNumber(join(device, 'mem_info_vram_total')) // amdgpu tells it, others do not
  if (model === undefined) return undefined
  return { model, ...(memoryBytes === undefined ? {} : { memoryMiB: Math.floor(memoryBytes / MIB) }) }
}

async function nvidiaNames(root: string): Promise<readonly string[]> {
  const folder = join(root, 'proc/driver/nvidia/gpus')
  const slots = (await findNames(folder)) ?? []
  const texts = await Promise.all(slots.map((slot) => findText(join(folder, slot, 'information'))))
  return texts.map((text) => shownName(/^Model:\s*(.+)$/m.exec(text ?? '')?.[1])).filter((name) => name !== undefined)
}

/** The battery that runs the machine; one in a mouse has the scope of a device. */
export async function findBattery({ root }: Host): Promise<Battery | undefined> {
  const folder = join(root, 'sys/class/power_supply')
  const supplies = await Promise.all(
    ((await findNames(folder)) ?? []).map(async (name) => ({
      kind: await findText(join(folder, name, 'type')),
      scope: await findText(join(folder, name, 'scope')),
      percent: await findNumber(join(folder, name, 'capacity')),
      status: await findText(join(folder, name, 'status')),
      online: await findNumber(join(folder, name, 'online')),
    })),
  )
  const battery = supplies.find(({ kind, scope }) => kind === 'Battery' && scope !== 'Device')
  if (battery?.percent === undefined) return undefined
  const plugs = supplies.filter(({ kind, online }) => kind !== 'Battery' && online !== undefined)
  return {
    percent: Math.min(100, battery.percent),
    isCharging: battery.status === 'Charging',
    ...(plugs.length === 0 ? {} : { isOnMains: plugs.some(({ online }) => online === 1) }),
  }
}

/** One name for each camera: its further nodes (metadata, other formats) have a higher index. Video engines register there, too. */
export async function findCameras({ root }: Host): Promise<readonly string[]> {
  const folder = join(root, 'sys/class/video4linux')
  const nodes = ((await findNames(folder)) ?? []).filter((name) => /^video\d+$/.test(name))
  const names = await Promise.all(
    nodes.map(async (node) => {
      const index = await findNumber(join(folder, node, 'index'))
      return index === 0 ? findText(join(folder, node, 'name')) : undefined
    }),
  )
  return shownNames(names.filter((name) => name !== undefined && !/codec|-isp|hevc|-(dec|enc)\b/i.test(name)))
}

export async function findSensors({ root }: Host): Promise<readonly string[]> {
  const namesIn = async (folder: string, pattern: RegExp, file: string): Promise<readonly (string | undefined)[]> => {
    const entries = ((await findNames(join(root, folder))) ?? []).filter((name) => pattern.test(name))
    return Promise.all(entries.map((entry) => findText(join(root, folder, entry, file))))
  }
  const found = await Promise.all([
    namesIn('sys/bus/iio/devices', /^iio:device\d+$/, 'name'),
    namesIn('sys/class/hwmon', /^hwmon\d+$/, 'name'),
    namesIn('sys/class/thermal', /^thermal_zone\d+$/, 'type'),
  ])
  return shownNames(found.flat())
}
