import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

/** What a clone does not have. */
const made = ['.git', 'node_modules', 'dist', 'build', 'artefacts', '.cache']
const minuteMs = 60_000
const options = { timeout: 5 * minuteMs, skip: process.platform === 'win32' && 'npm scripts need a POSIX shell' }
/** What agent/src/main.ts ends with, and nothing on the way to it does. */
const agentRefusesArguments = 2
let copy = ''

before(() => {
  copy = mkdtempSync(join(tmpdir(), 'cloudos-fresh-'))
  cpSync(join(import.meta.dirname, '..'), copy, { recursive: true, filter: (path) => !made.includes(basename(path)) })
})
after(() => {
  rmSync(copy, { recursive: true })
})

test('in a fresh copy, npm test prepares itself and ends with one line of counts', options, async () => {
  const npm = startNpm(['test', '--', '--only', 'architecture'])
  const printed = textOf(npm)
  await once(npm, 'exit')
  assert.match((await printed).trimEnd().split('\n').at(-1) ?? '', /^\d+ passed, \d+ failed(, \d+ skipped)?$/)
})

test('in a fresh copy, npm start installs, builds, serves the page and ends with its npm', options, async () => {
  rmSync(join(copy, 'node_modules'), { recursive: true })
  await serveAndStop('start')
})

test('what follows npm start -- reaches the agent, and how it ends reaches the shell', options, async () => {
  const home = mkdtempSync(join(tmpdir(), 'cloudos-home-'))
  const npm = startNpm(['start', '--', '--pair', 'no-link'], { CLOUDOS_HOME: home, CLOUDOS_NO_OPEN: '1' })
  const printed = textOf(npm)
  const [code] = (await once(npm, 'exit')) as [number | null]
  assert.equal(code, agentRefusesArguments, await printed)
  rmSync(home, { recursive: true })
})

test('npm run dev serves the page from the sources and ends with its npm', options, () => serveAndStop('run', 'dev'))

async function serveAndStop(...command: readonly string[]): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'cloudos-home-'))
  const port = await findFreePort()
  const npm = startNpm(command, { CLOUDOS_HOME: home, CLOUDOS_PORT: String(port), CLOUDOS_NO_OPEN: '1' })
  const printed = textOf(npm)
  const ended = once(npm, 'exit')
  try {
    const page = await firstAnswer(port, npm)
    assert.equal(page?.status, 200, `no page; npm ${command.join(' ')} printed:\n${page ? '' : await printed}`)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    npm.kill('SIGTERM')
    await ended
    // The agent says goodbye to its peers after npm has gone; then nobody is on the port.
    while (await answerOf(port)) await delay(50)
  } finally {
    npm.kill('SIGKILL')
    rmSync(home, { recursive: true })
  }
}

/** As a newcomer would: with the machine's own Node and npm, nothing of ours in PATH. */
function startNpm(args: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const env = { ...process.env, PATH: folders.join(delimiter), npm_config_prefer_offline: 'true', ...settings }
  return spawn('npm', args, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function textOf({ stdout, stderr }: ReturnType<typeof startNpm>): Promise<string> {
  const [complained, printed] = await Promise.all([text(stderr), text(stdout)])
  return complained + printed
}

/** `undefined` when npm ended first. */
async function firstAnswer(port: number, npm: ChildProcess): Promise<Response | undefined> {
  while (npm.exitCode === null && npm.signalCode === null) {
    const answer = await answerOf(port)
    if (answer) return answer
    await delay(100)
  }
  return undefined
}

async function answerOf(port: number): Promise<Response | undefined> {
  try {
    return await fetch(`http://127.0.0.1:${port}/`)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
