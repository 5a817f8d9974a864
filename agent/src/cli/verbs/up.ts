import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { statusCommand } from '@cloudos/protocol/commands'
import { agentArguments } from '../agent-arguments.ts'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import type { Given, Outcome } from '../verb.ts'
import { joinByLink } from './join.ts'
import { showPage } from './page.ts'

/** Starts the agent where none runs, waits until it answers, and opens its page. It changes no setting. */
export async function runUp(given: Given, errand: Errand): Promise<Outcome> {
  const link = given.get('pair')
  if (given.get('foreground') === true) return stayInForeground(errand, typeof link === 'string' ? link : undefined)
  const startedAtMs = errand.world.monotonicMs()
  const running = await findRunning(errand)
  const door = running ?? (await startDetached(errand))
  const status = await door.ask(statusCommand, {})
  const page = textOf(status, 'page')
  const readyMs = Math.round(errand.world.monotonicMs() - startedAtMs)
  const said = running ? `CloudOS is already running: ${page}` : `ready in ${String(readyMs)} ms  ${page}`
  const result = { page, state: running ? 'already-running' : 'started', ...(running ? {} : { readyMs }) }
  if (typeof link === 'string') {
    errand.note(said)
    await joinByLink(link, errand, door)
    return { result: { ...result, paired: true }, lines: ['Paired.'] }
  }
  if (running !== undefined) return { result, lines: [said, 'Open it with: cloudos open'] }
  if (errand.world.env['CLOUDOS_NO_OPEN'] === '1') return { result, lines: [said, 'Open it with: cloudos open'] }
  errand.note(said)
  const { lines } = await showPage(errand, door, '/')
  return { result, lines: fieldOf(status, 'profileId') === undefined ? [...lines, FIRST] : lines }
}

const FIRST = 'The page that opens makes your keys.'

async function findRunning(errand: Errand): Promise<AgentDoor | undefined> {
  try {
    return await errand.openDoor()
  } catch (cause) {
    if (cause instanceof CloudError && cause.code === 'not-running') return undefined
    throw cause
  }
}

const LOOK_EVERY_MS = 15

/** What it says before it has a log goes into a file: that is where it says why it cannot start. */
async function startDetached(errand: Errand): Promise<AgentDoor> {
  const { world, config } = errand
  const file = join(config.homeFolder, 'logs', 'start.txt')
  mkdirSync(join(config.homeFolder, 'logs'), { recursive: true, mode: 0o700 })
  const output = openSync(file, 'w', 0o600)
  const child = spawn(world.nodeFile, [...agentArguments(world.agentFile), '--detached'], {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...world.env, CLOUDOS_NO_OPEN: '1' },
  })
  closeSync(output)
  let ended = false
  child.once('exit', () => (ended = true)).once('error', () => (ended = true))
  child.unref()
  for (;;) {
    const door = await findRunning(errand)
    if (door !== undefined) return door
    if (ended) throw new CloudError('not-started', sayWhy(readFileSync(file, 'utf8')))
    await wait(LOOK_EVERY_MS, undefined, { signal: world.signal })
  }
}

function sayWhy(output: string): string {
  const lines = output.split('\n').filter((line) => line !== '' && !/^\s+at /.test(line))
  return lines.slice(-4).join('\n') || 'The agent ended without a word. Look closer with: cloudos doctor'
}

/** The agent itself, in front of the person: Ctrl-C ends it. */
async function stayInForeground({ world }: Errand, link: string | undefined): Promise<Outcome> {
  const more = link === undefined ? [] : ['--pair', link]
  const child = spawn(world.nodeFile, [...agentArguments(world.agentFile), ...more], {
    stdio: 'inherit',
    env: { ...world.env },
  })
  // The terminal sends Ctrl-C to both; a plain kill of this process is passed on.
  world.signal.addEventListener('abort', () => child.kill('SIGTERM'))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => {
      resolve(code ?? 1)
    })
  })
  return { result: null, lines: [], exitCode }
}
