import { readdir, readFile, readlink } from 'node:fs/promises'
import { findErrno } from '../broken-world.ts'

export interface PortHolder {
  readonly pid: number
  readonly name: string
}

const LISTENING = '0A'

/** Who listens on a local TCP port, where the system tells (Linux, and for other people's processes only as root). */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readTable))
  const inodes = new Set(
    tables
      .join('\n')
      .split('\n')
      .flatMap((line) => listenerInode(line, port)),
  )
  if (inodes.size === 0) return undefined
  for (const pid of (await namesIn('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await holdsSocket(pid, inodes)) return { pid: Number(pid), name: (await readTable(`/proc/${pid}/comm`)).trim() }
  }
  return undefined
}

/* sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode … */
function listenerInode(line: string, port: number): readonly string[] {
  const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
  const matches = state === LISTENING && local?.split(':')[1] === port.toString(16).toUpperCase().padStart(4, '0')
  return matches && inode !== undefined ? [`socket:[${inode}]`] : []
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await namesIn(`/proc/${pid}/fd`)) {
    const target = await orNothing(readlink(`/proc/${pid}/fd/${fd}`))
    if (target !== undefined && inodes.has(target)) return true
  }
  return false
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await orNothing(readdir(folder))) ?? []
}

async function readTable(file: string): Promise<string> {
  return (await orNothing(readFile(file, 'utf8'))) ?? ''
}

/** Processes come and go while we look, and some we may not look into. */
async function orNothing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (cause) {
    if (findErrno(cause) === undefined) throw cause
    return undefined
  }
}
