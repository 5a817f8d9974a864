/**
 * The job-host: one process that runs one WebAssembly program and then is no more. It is started by the agent with a cleared
 * environment in an empty folder, and told everything over its standard input. Its main thread watches that input, which ends with the
 * agent, and the time; the program runs in a thread beside it, so that an endless loop keeps nobody from ending the process.
 *
 * Arguments: the user to become, or nothing.
 */
import { writeSync } from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { pack, SAID, unpack } from './pack.ts'
import type { Trap } from './pack.ts'
import { runProgram } from './run-program.ts'

const TO_AGENT = 1
const BY_MAIN_THREAD = 3
const TICK_MS = 50
/** The first programs of a process namespace of its own; of a running system they are its init and the kernel's. */
const JAILED_PID_MAX = 3
/** For what the engine needs beside the program's own memory. */
const HEAP_MIB = 96

if (isMainThread) watch()
else waitForTask()

/** In the thread of the program: all its code has been read when it says so. */
function waitForTask(): void {
  parentPort?.once('message', runHere)
  parentPort?.postMessage('loaded')
}

function say(fd: number, kind: number, body: Uint8Array): void {
  const message = new Uint8Array(5 + body.length)
  const view = new DataView(message.buffer)
  view.setUint32(0, body.length + 1)
  view.setUint8(4, kind)
  message.set(body, 5)
  for (let done = 0; done < message.length;) done += writeSync(fd, message, done)
}

/** `given` are: seed, bounds, module, arguments, and the inputs, each a name and bytes. */
function runHere(given: Uint8Array): void {
  const [seed, bounds, module, args, ...inputs] = unpack(given)
  if (seed === undefined || bounds === undefined || module === undefined || args === undefined) throw new RangeError()
  const limits = new DataView(bounds.buffer, bounds.byteOffset)
  const ending = runProgram(new Uint8Array(module), {
    seed,
    args: unpack(args),
    inputs: inputs.map((input) => {
      const [name = new Uint8Array(), bytes = new Uint8Array()] = unpack(input)
      return { name: new TextDecoder().decode(name), bytes }
    }),
    outputBytes: limits.getUint32(0),
    files: limits.getUint32(4),
    say: (kind, body) => {
      say(TO_AGENT, kind, body)
    },
  })
  if ('exitCode' in ending) sayEnd(ending.exitCode)
  else sayTrap(ending.trap, ending.says)
  parentPort?.postMessage('ended')
}

function sayEnd(exitCode: number): void {
  const code = new DataView(new ArrayBuffer(4))
  code.setInt32(0, exitCode)
  say(TO_AGENT, SAID.end, new Uint8Array(code.buffer))
}

function sayTrap(trap: Trap, says: string): void {
  say(TO_AGENT, SAID.trap, pack([new TextEncoder().encode(trap), new TextEncoder().encode(says)]))
}

/** In the main thread. */
function watch(): void {
  const worker = new Worker(new URL(import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    env: {},
    stdin: false,
  })
  worker.once('message', () => {
    become(process.argv[2])
    say(BY_MAIN_THREAD, SAID.ready, new TextEncoder().encode(whatHolds()))
    hearAgent(worker)
    worker.once('message', leave)
  })
  worker.on('error', (cause) => {
    sayTrap(...trapOf(cause))
    leave()
  })
}

/** The program cannot throw out of its thread: the thread itself has ended. */
function trapOf(cause: unknown): [Trap, string] {
  if (!(cause instanceof Error)) return ['trap', '']
  const isFull = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return [isFull ? 'memory' : 'trap', cause.message.slice(0, 200)]
}

/** After all code has been read, for that user may not be able to, and before any foreign byte is. */
function become(user: string | undefined): void {
  if (user === undefined) return
  process.setgroups?.([])
  process.setgid?.(Number(user))
  process.setuid?.(Number(user))
}

/** What really holds this process, as it sees it: the agent tells nobody more than this. */
function whatHolds(): string {
  const has = (scope: string): boolean => process.permission?.has(scope) ?? true
  const holds = [
    ...(has('fs.read') || has('fs.write') ? [] : ['no-files']),
    ...(has('child') ? [] : ['no-programs']),
    ...(process.pid <= JAILED_PID_MAX ? ['own-processes'] : []),
    ...(process.getuid === undefined ? [] : [`user-${String(process.getuid())}`]),
  ]
  return holds.join(' ')
}

function hearAgent(worker: Worker): void {
  const heard: Uint8Array[] = []
  let wantedBytes = Infinity
  let heardBytes = 0
  process.stdin.on('data', (piece: Uint8Array) => {
    heard.push(piece)
    heardBytes += piece.length
    if (wantedBytes === Infinity && heardBytes >= 4) wantedBytes = 4 + Buffer.concat(heard).readUInt32BE(0)
    if (heardBytes < wantedBytes) return
    worker.postMessage(new Uint8Array(Buffer.concat(heard).subarray(4, wantedBytes)))
    wantedBytes = Number.MAX_VALUE
    heard.length = 0
    atStart = process.cpuUsage()
    setInterval(sayUsage, TICK_MS)
  })
  // The agent is gone, however it went.
  process.stdin.on('end', endNow).on('error', endNow)
}

/** What starting took is not the program's. */
let atStart: NodeJS.CpuUsage | undefined

function sayUsage(): void {
  const { user, system } = process.cpuUsage(atStart)
  const usage = new DataView(new ArrayBuffer(8))
  usage.setUint32(0, Math.round((user + system) / 1000))
  usage.setUint32(4, Math.ceil(process.resourceUsage().maxRSS / 1024))
  say(BY_MAIN_THREAD, SAID.usage, new Uint8Array(usage.buffer))
}

function leave(): void {
  sayUsage()
  endNow()
}

/** Nothing that runs here could hold this up, as it could an orderly exit. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL')
}
