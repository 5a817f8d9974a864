import { statfs } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Architecture, Cpu, OperatingSystem, Space } from '@cloudos/protocol/capability-record'
import type { Host } from './host.ts'
import { findText, shownName } from './system-files.ts'

const MIB = 1024 * 1024

export function systemOf(platform: NodeJS.Platform): OperatingSystem {
  switch (platform) {
    case 'linux':
    case 'android':
      return platform
    case 'darwin':
      return 'macos'
    case 'win32':
      return 'windows'
    case 'aix':
    case 'cygwin':
    case 'freebsd':
    case 'haiku':
    case 'netbsd':
    case 'openbsd':
    case 'sunos':
      return 'other'
  }
}

const ARCHITECTURES: readonly Architecture[] = ['x64', 'arm64', 'arm', 'riscv64']

export function architectureOf(arch: string): Architecture {
  return ARCHITECTURES.find((known) => known === arch) ?? 'other'
}

/** "Debian GNU/Linux 12 (bookworm)"; the kernel's release where no distribution names itself. */
export async function systemVersion({ root }: Host): Promise<string> {
  const lines = (await findText(join(root, 'etc/os-release'))) ?? ''
  const pretty = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(lines)?.[1]
  return shownName(pretty) ?? shownName(release()) ?? 'unknown'
}

/** Boards with an ARM processor name themselves in the device tree and leave the processor unnamed. */
export async function findCpu({ root }: Host): Promise<Cpu> {
  const named = cpus().find(({ model }) => model !== '' && model !== 'unknown')?.model
  const model = shownName(named) ?? shownName(await findText(join(root, 'proc/device-tree/model')))
  return { model: model ?? 'unknown', cores: availableParallelism() }
}

export function memorySpace(): Space {
  return spaceFrom(totalmem(), freemem())
}

export async function diskSpace({ homeFolder }: Pick<Host, 'homeFolder'>): Promise<Space> {
  const { blocks, bavail, bsize } = await statfs(homeFolder)
  return spaceFrom(blocks * bsize, bavail * bsize)
}

function spaceFrom(totalBytes: number, freeBytes: number): Space {
  const totalMiB = Math.floor(totalBytes / MIB)
  return { totalMiB, freeMiB: Math.min(totalMiB, Math.floor(freeBytes / MIB)) }
}
