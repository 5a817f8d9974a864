import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { HostCommand } from './host-process.ts'

/** What a process got at that tried everything it should not be able to do. */
export interface Escape {
  readonly read: readonly string[]
  readonly written: readonly string[]
  readonly started: readonly string[]
  /** Processes it could see, itself among them. */
  readonly processes: number
  readonly connected: boolean
  readonly isRoot: boolean
  readonly capabilities: boolean
}

/** A jail has an init of its own, and what runs in it. */
const OWN_PROCESSES = 2
const ANSWER_WITHIN_MS = 5_000

const FILES = ['/etc/passwd', '/etc/hostname', '/sys/class/net/lo/address', '/usr/bin/env', '/etc']
const FOLDERS = ['/', '/tmp', '/var/tmp', '/dev/shm', '/home', '/root']
const OPENED = ['/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger']
const PROGRAMS = ['/bin/sh', '/usr/bin/env', '/usr/bin/true', '/bin/true']

interface Tried {
  readonly files: readonly string[]
  readonly folders: readonly string[]
  readonly opened: readonly string[]
  readonly programs: readonly string[]
  readonly port: number
}

/** Runs in the process that is tried, as text: it may name nothing from outside of itself. */
function tryEverything(): void {
  const fs = process.getBuiltinModule('node:fs')
  const { connect } = process.getBuiltinModule('node:net')
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const parseTried = (text: string): Tried => JSON.parse(text) as Tried
  const given = parseTried(process.argv[1] ?? '')
  const works = (act: () => unknown): boolean => {
    try {
      act()
      return true
    } catch {
      return false
    }
  }
  const status = fs.readFileSync('/proc/self/status', 'utf8')
  const found = {
    read: given.files.filter((file) =>
      works(() => (fs.statSync(file).isDirectory() ? fs.readdirSync(file) : fs.readFileSync(file))),
    ),
    written: [
      ...given.folders.filter((folder) => {
        const file = `${folder}/cloudos-probe`
        return works(() => {
          fs.writeFileSync(file, '')
          fs.rmSync(file)
        })
      }),
      ...given.opened.filter((file) => works(() => fs.closeSync(fs.openSync(file, 'r+')))),
    ],
    started: given.programs.filter((program) => spawnSync(program, [], { stdio: 'ignore' }).error === undefined),
    processes: fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
    isRoot: process.getuid?.() === 0,
    capabilities: !/^CapEff:\s*0+$/m.test(status),
  }
  const say = (connected: boolean): void => {
    fs.writeSync(1, JSON.stringify({ ...found, connected }))
    socket.destroy()
  }
  const socket = connect(given.port, '127.0.0.1')
  socket.once('connect', () => say(true)).once('error', () => say(false))
}

/** A Node that runs the attempts; its options go before, its argument is what to try. */
export const PROBE_SOURCE = `(${tryEverything.toString()})()`

/** Runs `command` with the attempts as its last arguments; `undefined` when it does not answer as it should. */
export async function probe(
  { program, args, folder, userId }: HostCommand,
  own: readonly string[],
): Promise<Escape | undefined> {
  const listener = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const tried = { files: [...FILES, ...own], folders: FOLDERS, opened: OPENED, programs: PROGRAMS, port }
  try {
    return parseEscape(await answerOf({ program, args: [...args, JSON.stringify(tried)], folder, userId }))
  } finally {
    listener.close()
  }
}

function answerOf({ program, args, folder, userId }: HostCommand): Promise<string> {
  const child = spawn(program, args, {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: ANSWER_WITHIN_MS,
    killSignal: 'SIGKILL',
    ...(userId === undefined ? {} : { uid: userId, gid: userId }),
  })
  return new Promise((resolve) => {
    let said = ''
    child.stdout.on('data', (piece: Buffer) => {
      if (said.length < 4_096) said += piece.toString('latin1')
    })
    child.once('close', () => {
      resolve(said)
    })
    child.once('error', () => {
      resolve('')
    })
  })
}

function parseEscape(said: string): Escape | undefined {
  if (!said.startsWith('{') || !said.endsWith('}')) return undefined
  return JSON.parse(said) as Escape
}

/** It got at nothing. */
export function isHeld({ read, written, started, processes, connected, isRoot, capabilities }: Escape): boolean {
  const gotAt = [read, written, started].some((things) => things.length > 0)
  return !gotAt && processes <= OWN_PROCESSES && !connected && !isRoot && !capabilities
}
