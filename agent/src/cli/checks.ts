import { existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { statusCommand } from '@cloudos/protocol/commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import { findNodeFault } from '../node-version.ts'
import { formatBytes, formatDuration } from './amounts.ts'
import type { Errand } from './errand.ts'
import { readOwnerConfig } from '../owner-config.ts'
import { findOfProfile } from './checks-of-profile.ts'
import { textOf } from './json-fields.ts'

export interface Finding {
  readonly check: string
  readonly state: 'good' | 'warning' | 'bad'
  /** What was found, and what to do where it is not good. */
  readonly says: string
}

/** Each looks at one thing and finishes by itself; none changes anything. */
export async function findAll(errand: Errand): Promise<readonly Finding[]> {
  const agent = await checkAgent(errand)
  return [
    checkNode(errand),
    checkClock(errand),
    checkHome(errand),
    checkDisk(errand),
    agent,
    agent.state === 'good' ? undefined : await checkPort(errand),
    ...(agent.state === 'good' ? await findOfProfile(errand) : [checkKeys(errand)]),
    checkBrowser(errand),
  ].filter((finding) => finding !== undefined)
}

function checkNode({ world }: Errand): Finding {
  const fault = findNodeFault(world.nodeVersion, world.nodeFile)
  return { check: 'node', state: fault === undefined ? 'good' : 'bad', says: fault ?? `Node ${world.nodeVersion}.` }
}

/** Without a network the files are the only witnesses: none of them can be from tomorrow. */
function checkClock({ world, config }: Errand): Finding {
  const newest = Math.max(
    0,
    ...['journal.db', 'journal.db-wal', 'running'].map((name) => changedMs(join(config.homeFolder, name))),
  )
  const aheadMs = newest - world.nowMs()
  if (aheadMs > 60_000)
    return {
      check: 'clock',
      state: 'bad',
      says: `The clock stands ${formatDuration(aheadMs)} before what was already written here. Set it: with a wrong clock other devices may refuse to connect.`,
    }
  const isOld = world.nowMs() < Date.UTC(2026, 0, 1)
  return isOld
    ? { check: 'clock', state: 'bad', says: 'The clock stands before CloudOS was made. Set it.' }
    : { check: 'clock', state: 'good', says: `${new Date(world.nowMs()).toISOString().slice(0, 16)}Z.` }
}

function checkHome({ config }: Errand): Finding {
  const { homeFolder } = config
  if (!existsSync(homeFolder))
    return { check: 'home', state: 'good', says: `${homeFolder} will be made by: cloudos up` }
  const isOpen = process.platform !== 'win32' && (statSync(homeFolder).mode & 0o077) !== 0
  return isOpen
    ? { check: 'home', state: 'bad', says: `Others may read ${homeFolder}. Close it with: chmod 700 '${homeFolder}'` }
    : { check: 'home', state: 'good', says: `${homeFolder}.` }
}

function checkDisk({ config }: Errand): Finding {
  let folder = config.homeFolder
  while (!existsSync(folder)) folder = join(folder, '..')
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const says = `${formatBytes(free)} free.`
  if (free < 2 * LIMITS.reservedDiskBytes)
    return { check: 'disk', state: 'bad', says: `${says} Nothing new can be kept soon: free some space.` }
  if (free < 1024 ** 3) return { check: 'disk', state: 'warning', says: `${says} Free some space before it runs out.` }
  return { check: 'disk', state: 'good', says }
}

async function checkAgent(errand: Errand): Promise<Finding> {
  try {
    const door = await errand.openDoor()
    const status = await door.ask(statusCommand, {})
    return { check: 'agent', state: 'good', says: `It answers; its page is ${textOf(status, 'page')}.` }
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    const state = cause.code === 'not-running' ? 'warning' : 'bad'
    return { check: 'agent', state, says: cause.message }
  }
}

/** Only a port that was asked for, for this start or in the settings, can be known while no agent runs. */
async function checkPort({ config }: Errand): Promise<Finding | undefined> {
  const chosen = readOwnerConfig(config.configFile).port
  const port = config.port ?? (chosen === undefined ? undefined : Number(chosen))
  if (port === undefined) return undefined
  const server = createServer()
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
  return isFree
    ? { check: 'port', state: 'good', says: `Port ${String(port)} is free.` }
    : {
        check: 'port',
        state: 'bad',
        says: `Another program has port ${String(port)}. End it, or see: cloudos config get port`,
      }
}

const DAY_MS = 24 * 60 * 60_000
/** An agent's certificate ends after 180 days; a month before is time to see to it. */
const KEY_WARN_DAYS = 150

function checkKeys({ world, config }: Errand): Finding | undefined {
  const madeMs = changedMs(join(config.homeFolder, 'keys', 'device.key'))
  if (madeMs === 0) return undefined
  const days = Math.floor(Math.max(0, world.nowMs() - madeMs) / DAY_MS)
  const says = `The keys of this device are ${String(days)} days old.`
  return days < KEY_WARN_DAYS
    ? { check: 'keys', state: 'good', says }
    : {
        check: 'keys',
        state: 'warning',
        says: `${says} Its certificate ends 180 days after it joined: look at it on the page with cloudos open`,
      }
}

function checkBrowser({ world, config }: Errand): Finding {
  const { opener } = config
  if (world.env['CLOUDOS_NO_OPEN'] === '1')
    return { check: 'browser', state: 'good', says: 'None is opened, because CLOUDOS_NO_OPEN is set.' }
  if (opener === undefined)
    return {
      check: 'browser',
      state: 'warning',
      says: 'This machine shows no screen here: cloudos open prints a link and how to reach it from another machine.',
    }
  const isThere = config.searchPath.split(delimiter).some((folder) => existsSync(join(folder, opener)))
  return isThere || world.platform === 'win32'
    ? { check: 'browser', state: 'good', says: `Opened by ${opener}.` }
    : {
        check: 'browser',
        state: 'warning',
        says: `${opener} is missing: install xdg-utils, or open the file that cloudos open names.`,
      }
}

/** 0 for what is not there. */
function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
