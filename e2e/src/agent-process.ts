import { userInfo } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '@cloudos/agent/config'
import { agent, buildStale, page } from '../../scripts/build.ts'
import { openAgentDoor } from './agent-door.ts'
import type { AgentDoor } from './agent-door.ts'
import type { Home } from './home.ts'
import { startProgram } from './program.ts'
import type { Program } from './program.ts'

/** The real agent, as `npm start` runs it. Disposing it is `kill -9`; `stop` lets it close its chains. */
export interface AgentProcess extends Program, Pick<AgentDoor, 'call' | 'firstEvent'> {
  readonly home: Home
  /** The address of its page. */
  readonly page: string
  /** How long it took from its spawn to the line that says it is ready. */
  readonly readyMs: number
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '../..')
const READY = /^ready in \d+ ms +(http:\/\/localhost:\d+)$/m

/** Rejects with what it printed when it ends instead of becoming ready. */
export async function startAgent(home: Home, ...args: readonly string[]): Promise<AgentProcess> {
  await built()
  const startedAtMs = performance.now()
  return whenReady(home, await launchAgent(home, ...args), startedAtMs)
}

/** The same for a program that is an agent, however it was launched. */
export async function whenReady(home: Home, program: Program, startedAtMs: number): Promise<AgentProcess> {
  const [, pageAddress = ''] = await program.printed(READY)
  const readyMs = performance.now() - startedAtMs
  const door = await openAgentDoor(socketPathOf(home))
  return {
    ...program,
    home,
    page: pageAddress,
    readyMs,
    call: (shape, input) => door.call(shape, input),
    firstEvent: (shape, input) => door.firstEvent(shape, input),
    stop: async () => {
      const { code } = await program.end('SIGTERM')
      if (code !== 0) throw new Error(`it did not end well (${String(code)}):\n${program.output()}`)
    },
  }
}

/** The process alone, for starts that are meant to fail. */
export async function launchAgent(home: Home, ...args: readonly string[]): Promise<Program> {
  await built()
  return startProgram({
    file: process.execPath,
    args: ['--max-semi-space-size=1', join(root, 'agent/dist/agent.mjs'), ...args],
    env: surroundingsOf(home),
  })
}

let building: Promise<void> | undefined

export function built(): Promise<void> {
  building ??= buildStale([page, agent])
  return building
}

export function surroundingsOf(home: Home): Readonly<Record<string, string>> {
  return {
    CLOUDOS_HOME: home.folder,
    CLOUDOS_PORT: String(home.port),
    CLOUDOS_NO_OPEN: '1',
    XDG_RUNTIME_DIR: home.runtimeFolder,
  }
}

function socketPathOf(home: Home): string {
  const config = parseConfig({
    env: surroundingsOf(home),
    args: [],
    platform: process.platform,
    userHome: home.folder,
    temporaryFolder: home.runtimeFolder,
    userName: userInfo().username,
  })
  if (!config.ok) throw new RangeError(`no agent would start in this home: ${config.error.kind}`)
  return config.value.socketPath
}
