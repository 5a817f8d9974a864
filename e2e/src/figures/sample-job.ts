import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { attachJobCommand, jobLogsCommand, runJobCommand } from '@cloudos/protocol/job-commands'
import { buildStale, command } from '../../../scripts/build.ts'
import { startAgent, surroundingsOf } from '../agent-process.ts'
import type { AgentProcess } from '../agent-process.ts'
import { launchChromium } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { createHome } from '../home.ts'
import type { Home } from '../home.ts'
import { openByLink } from '../owner-page.ts'
import { processorMs } from './process-cost.ts'

const root = join(import.meta.dirname, '../../..')

/** From the start of the command to the first byte that the sample writes, in ms, each of an agent just started. */
export async function measureCommand(rounds: number): Promise<readonly number[]> {
  await buildStale([command])
  const tookMs: number[] = []
  await using home = await createHome()
  for (let round = 0; round < rounds; round++) {
    await using agent = await startAgent(home)
    tookMs.push(await firstOutputMs(home))
    await agent.stop()
  }
  return tookMs
}

/** The same, asked over the agent's socket by a program that is running already. */
export async function measureAsked(rounds: number, isWarm: boolean): Promise<readonly number[]> {
  const tookMs: number[] = []
  await using home = await createHome()
  for (let round = 0; round < rounds; round++) {
    await using agent = await startAgent(home)
    if (isWarm) {
      await askedMs(agent)
      await hostOf(agent.pid)
    }
    tookMs.push(await askedMs(agent))
    await agent.stop()
  }
  return tookMs
}

async function askedMs(agent: AgentProcess): Promise<number> {
  const startedAtMs = performance.now()
  const { jobId } = await agent.call(runJobCommand, { name: 'sample', program: { kind: 'builtin', name: 'sample' } })
  await agent.firstEvent(jobLogsCommand, { jobId, follow: true })
  const tookMs = performance.now() - startedAtMs
  await agent.call(attachJobCommand, { jobId })
  return tookMs
}

async function firstOutputMs(home: Home): Promise<number> {
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, [join(root, 'agent/dist/cloudos.mjs'), 'job', 'run', 'sample'], {
    env: { ...process.env, ...surroundingsOf(home) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'close')
  await once(child.stdout, 'data')
  const tookMs = performance.now() - startedAtMs
  child.stdout.resume()
  await ended
  return tookMs
}

/** From the click on "Run the sample" to what it has written standing on the Run page, in ms. */
export async function measureClick(rounds: number, isWarm: boolean): Promise<readonly number[]> {
  await using house = new AsyncDisposableStack()
  const home = house.use(await createHome())
  const { context } = house.use(await launchChromium())
  const tookMs: number[] = []
  const first = await startAgent(home)
  const owner = await openByLink(context, first)
  await owner.found()
  if (isWarm) {
    for (let round = -1; round < rounds; round++) {
      // The first click is the one that has a host made.
      if (round >= 0) await hostOf(first.pid)
      tookMs.push(await clickMs(owner.page))
      await owner.page.goto(`${first.page}/#/`)
    }
    await first.stop()
    return tookMs.slice(1)
  }
  await owner.page.close()
  await first.stop()
  for (let round = 0; round < rounds; round++) {
    await using agent = await startAgent(home)
    const page = await context.newPage()
    await page.goto(`${agent.page}/#/`)
    tookMs.push(await clickMs(page))
    await page.close()
    await agent.stop()
  }
  return tookMs
}

type Page = Awaited<ReturnType<typeof openByLink>>['page']

/** Both moments by the page's own clock. */
async function clickMs(page: Page): Promise<number> {
  await page.getByRole('button', { name: 'Run the sample' }).waitFor()
  return page.evaluate<number>(CLICK_AND_LOOK)
}

const CLICK_AND_LOOK = `new Promise((resolve) => {
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent.includes('Run the sample'))
  const clickedAtMs = performance.now()
  button.click()
  const look = () => {
    const log = document.querySelector('[role=log]')
    if (log !== null && log.textContent.includes('primes up to')) resolve(performance.now() - clickedAtMs)
    else requestAnimationFrame(look)
  }
  look()
})`

export interface WarmHost {
  readonly residentMiB: number
  /** Of one core, while it waits. */
  readonly processorPercent: number
}

/** The process that waits for the next job. */
export async function measureWarmHost(watchMs: number): Promise<WarmHost> {
  await buildStale([command])
  await using home = await createHome()
  await using agent = await startAgent(home)
  await firstOutputMs(home)
  const pids = await hostOf(agent.pid)
  const before = spentMs(pids)
  await new Promise((resolve) => setTimeout(resolve, watchMs))
  return {
    residentMiB: pids.reduce((sum, pid) => sum + ownMiB(pid), 0),
    processorPercent: ((spentMs(pids) - before) / watchMs) * 100,
  }
}

const spentMs = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + processorMs(pid), 0)

/** Its own memory and its share of what it has in common with others (the Node that the agent runs too). */
function ownMiB(pid: number): number {
  const [, kib = '0'] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8')) ?? []
  return Number(kib) / 1024
}

/** Waits until a host is there that has come up and does nothing more; its jail is of it. */
async function hostOf(agentPid: number): Promise<readonly number[]> {
  let before = ''
  return eventually('a job-host waits', async () => {
    await new Promise((resolve) => setTimeout(resolve, 60))
    const pids = descendantsOf(agentPid)
    const now = pids.map((pid) => `${String(pid)} ${String(processorMs(pid))}`).join()
    const isSame = now === before
    before = now
    return pids.length > 0 && isSame ? pids : undefined
  })
}

function descendantsOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .flatMap((child) => [child, ...descendantsOf(child)])
}
