import { spawn } from 'node:child_process'
import { homedir, tmpdir, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Invitation } from '@cloudos/protocol/invitation'
import { parseConfig, sayConfigRefusal } from './config.ts'
import { nodeClock, nodeRng } from './node-ports.ts'
import { findNodeFault } from './node-version.ts'
import { startAgent } from './start-agent.ts'
import type { Agent } from './start-agent.ts'

const VERSION = '0.1.0'

function say(line: string): void {
  console.log(line)
}

function giveUp(sentence: string, code: number): never {
  console.error(sentence)
  process.exit(code)
}

function openInBrowser(opener: string, file: string): void {
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true })
  child.once('error', () => {
    say(`No browser could be started. Open this file in one: ${file}`)
  })
  child.unref()
}

/** npm may end without telling its child; then this process would hold the home for nobody. */
function watchParent(stop: () => void): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) stop()
  }, 1000).unref()
}

function stopOnSignals(agent: Agent): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    void agent[Symbol.asyncDispose]().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop)
  watchParent(stop)
}

/** A person who asked to pair wants to know that it failed; the chains are closed cleanly all the same. */
async function pairOrStop(agent: Agent, invitation: Invitation): Promise<void> {
  try {
    await agent.pair(invitation)
  } catch (cause) {
    await agent[Symbol.asyncDispose]()
    throw cause
  }
}

async function main(): Promise<void> {
  const fault = findNodeFault(process.versions.node, process.execPath)
  if (fault !== undefined) giveUp(fault, 1)
  const config = parseConfig({
    env: process.env,
    args: process.argv.slice(2),
    platform: process.platform,
    userHome: homedir(),
    temporaryFolder: tmpdir(),
    userName: userInfo().username,
  })
  if (!config.ok) giveUp(sayConfigRefusal(config.error), 2)
  const pageFolder = fileURLToPath(new URL('../../control-plane/dist', import.meta.url))
  const agent = await startAgent(config.value, { clock: nodeClock, rng: nodeRng, version: VERSION, pageFolder, say })
  stopOnSignals(agent)
  say(`ready in ${performance.now().toFixed(0)} ms  ${agent.page}`)
  if (config.value.invitation !== undefined) await pairOrStop(agent, config.value.invitation)
  else if (process.env['CLOUDOS_NO_OPEN'] !== '1') agent.showPage(openInBrowser)
}

try {
  await main()
} catch (cause) {
  if (!(cause instanceof CloudError)) throw cause
  giveUp(cause.message, 1)
}
