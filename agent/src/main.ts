import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createHttpLine } from '@cloudos/storage-adapters/http-line'
import { createShownStore } from '@cloudos/storage-adapters/shown-store'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Invitation } from '@cloudos/protocol/invitation'
import { parseConfig, sayConfigRefusal } from './config.ts'
import type { AgentConfig } from './config.ts'
import { createLog, LOG_LEVELS } from './log/log.ts'
import type { Log, LogLevel } from './log/log.ts'
import { createRotatingFile, LOG_ROTATION } from './log/rotating-file.ts'
import { nodeClock, nodeRng } from './node-ports.ts'
import { findNodeFault } from './node-version.ts'
import { readOwnerConfig } from './owner-config.ts'
import type { OwnerConfig } from './owner-config.ts'
import { driveKind } from './media/drive-kind.ts'
import type { Drives } from './media/drive-kind.ts'
import type { GoogleSignIn } from './media/drive-sign-in.ts'
import { folderKind } from './media/folder-kind.ts'
import { githubKind } from './media/github-kind.ts'
import type { OpenGithub } from './media/github-kind.ts'
import { s3Kind } from './media/s3-kind.ts'
import type { Buckets } from './media/s3-kind.ts'
import { webdavKind } from './media/webdav-kind.ts'
import type { Servers } from './media/webdav-kind.ts'
import { startAgent } from './start-agent.ts'
import type { Agent } from './start-agent.ts'
import { VERSION } from './version.ts'

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

/** Called again it does nothing. */
function stopOf(agent: Agent, log: Log): () => void {
  let stopping = false
  return () => {
    if (stopping) return
    stopping = true
    log.write('info', 'stopping')
    void agent[Symbol.asyncDispose]().then(() => process.exit(0))
  }
}

function stopOnSignals(stop: () => void, config: AgentConfig): void {
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop)
  if (!config.isDetached) watchParent(stop)
}

function openLog(config: AgentConfig, owner: OwnerConfig): Log {
  const chosen = owner['log-level']
  const level = LOG_LEVELS.find((one): one is LogLevel => one === chosen) ?? 'info'
  return createLog({ level, nowMs: () => nodeClock.nowMs(), append: createRotatingFile(config.logFile, LOG_ROTATION) })
}

/** In the published package the page lies beside the bundle, in a clone where it is built. */
function findPageFolder(): string {
  const packed = fileURLToPath(new URL('./page', import.meta.url))
  return existsSync(packed) ? packed : fileURLToPath(new URL('../../control-plane/dist', import.meta.url))
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

/** Beside the bundle lies the bundle of the job-host; beside the source, its source. */
function jobHostFile(here: string): string {
  const extension = here.slice(here.lastIndexOf('.'))
  return fileURLToPath(new URL(extension === '.mjs' ? 'job-host.mjs' : `jobs/host/main${extension}`, here))
}

/** One for all servers: what one of them is owed, the whole program owes it. */
const line = createHttpLine({ fetch: globalThis.fetch, clock: nodeClock, random: Math.random, timeoutMs: 30_000 })
const wholeLife = new AbortController().signal

/** Loaded when the first such place is used: most starts need none. */
function webdavServers(): Servers {
  const adapter = () => import('@cloudos/storage-adapters/webdav')
  return {
    found: async (address, credential) => (await adapter()).foundWebdav({ address, credential, line }, wholeLife),
    connect: async (address, credential, failureDomain) =>
      (await adapter()).connectWebdav({ address, credential, line }, failureDomain, wholeLife),
  }
}

function s3Buckets(): Buckets {
  const adapter = () => import('@cloudos/storage-adapters/s3')
  return {
    found: async (address, credential) => (await adapter()).foundS3({ address, credential, line }, wholeLife),
    connect: async (address, credential, failureDomain) =>
      (await adapter()).connectS3({ address, credential, line }, failureDomain, wholeLife),
  }
}

const openGithub: OpenGithub = async (place) => {
  const { connectGithub } = await import('@cloudos/storage-adapters/github')
  return (await connectGithub({ ...place, line }, wholeLife)).store
}

function googleDrives(): Drives {
  const adapter = () => import('@cloudos/storage-adapters/drive')
  const ports = { line, clock: nodeClock }
  return {
    account: async (place) => (await adapter()).findDriveAccount({ ...place, ...ports }, wholeLife),
    found: async (place) => (await adapter()).foundDrive({ ...place, ...ports }, wholeLife),
    connect: async (place, account) => (await adapter()).connectDrive({ ...place, ...ports }, account, wholeLife),
  }
}

function googleSignIn(drives: Drives): GoogleSignIn {
  const adapter = () => import('@cloudos/storage-adapters/drive-sign-in')
  return {
    address: async (question, url) => (await adapter()).signInAddress(question, url),
    exchange: async (asked, tokenUrl) =>
      (await adapter()).exchangeCode(asked, { tokenUrl, line, clock: nodeClock }, wholeLife),
    account: (place) => drives.account(place),
    look: async (url) => line(url, () => Promise.resolve({ method: 'GET', repeats: true }), wholeLife),
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
  const owner = readOwnerConfig(config.value.configFile)
  const port = config.value.port ?? (owner.port === undefined ? undefined : Number(owner.port))
  const log = openLog(config.value, owner)
  const ended = Promise.withResolvers<void>()
  const drives = googleDrives()
  const agent = await startAgent(
    { ...config.value, port },
    {
      kinds: {
        folder: folderKind({ found: foundFolder, connect: connectFolder }),
        drive: driveKind(drives),
        github: githubKind(openGithub),
        webdav: webdavKind(webdavServers()),
        s3: s3Kind(s3Buckets()),
      },
      shownStore: createShownStore,
      googleSignIn: googleSignIn(drives),
      clock: nodeClock,
      rng: nodeRng,
      version: VERSION,
      pageFolder: findPageFolder(),
      say: (line) => {
        log.write('info', line)
        say(line)
      },
      log,
      stop: ended.resolve,
      jobHost: { node: process.execPath, file: jobHostFile(import.meta.url) },
      areMetricsOn: () => readOwnerConfig(config.value.configFile).metrics === 'on',
    },
  )
  const stop = stopOf(agent, log)
  stopOnSignals(stop, config.value)
  // The answer to the one who asked leaves first.
  void ended.promise.then(() => setImmediate(stop))
  log.write('info', 'ready', { version: VERSION, pid: process.pid, page: agent.page })
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
