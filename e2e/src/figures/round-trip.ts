import process from 'node:process'
import { join } from 'node:path'
import { statusCommand } from '@cloudos/protocol/commands'
import { built, startAgent, surroundingsOf } from '../agent-process.ts'
import { buildStale, command } from '../../../scripts/build.ts'
import { launchChromium } from '../browser.ts'
import { createHome } from '../home.ts'
import type { Home } from '../home.ts'
import { openByLink } from '../owner-page.ts'
import { startProgram } from '../program.ts'

const COMMAND = join(import.meta.dirname, '../../../agent/dist/cloudos.mjs')

/** From the spawn of `cloudos status` to its end, in ms, asked again and again of one agent. */
export async function measureWarmCommands(rounds: number): Promise<readonly number[]> {
  await using stack = new AsyncDisposableStack()
  const home = await homeWithAgent(stack)
  const tookMs: number[] = []
  for (let nth = 0; nth < rounds + WARM_UPS; nth++) {
    const ms = await statusMs(home)
    if (nth >= WARM_UPS) tookMs.push(ms)
  }
  return tookMs
}

/** The same of agents that have just started, none of which was asked before. */
export async function measureColdStatus(rounds: number): Promise<readonly number[]> {
  const tookMs: number[] = []
  for (let nth = 0; nth < rounds; nth++) {
    await using stack = new AsyncDisposableStack()
    tookMs.push(await statusMs(await homeWithAgent(stack)))
  }
  return tookMs
}

const WARM_UPS = 3

async function homeWithAgent(stack: AsyncDisposableStack): Promise<Home> {
  await built()
  await buildStale([command])
  const home = stack.use(await createHome())
  stack.use(await startAgent(home))
  return home
}

async function statusMs(home: Home): Promise<number> {
  const startedAtMs = performance.now()
  const program = await startProgram({ file: process.execPath, args: [COMMAND, 'status'], env: surroundingsOf(home) })
  const { code } = await program.ended
  if (code !== 0) throw new Error(`cloudos status ended with ${String(code)}:\n${program.output()}`)
  return performance.now() - startedAtMs
}

/** From a command of the page's to the agent's answer, in ms, by the page's own clock: noise and a websocket between them. */
export async function measurePageCommands(rounds: number): Promise<readonly number[]> {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  await owner.found()
  const { deviceId } = await agent.call(statusCommand, {})
  const tookMs = await owner.page.evaluate(askAsAnotherTab, { deviceId, times: rounds + WARM_UPS })
  return tookMs.slice(WARM_UPS)
}

/** Runs in the page. It asks the tab that holds the connections, as every tab does: profile/device-calls.ts has the other side. */
async function askAsAnotherTab({ deviceId, times }: { deviceId: string; times: number }): Promise<number[]> {
  const { held = [] } = await navigator.locks.query()
  const leader = held.map(({ name = '' }) => name).find((name) => name.endsWith('/leader'))
  if (leader === undefined) throw new Error('no tab leads')
  const channel = new BroadcastChannel(leader.slice(0, -'/leader'.length))
  const tookMs: number[] = []
  for (let nth = 0; nth < times; nth++) {
    const asksDevice = crypto.randomUUID()
    await navigator.locks.request(`cloudos/call/${asksDevice}`, async () => {
      const startedAtMs = performance.now()
      const answered = new Promise<void>((resolve, reject) => {
        channel.onmessage = ({ data }: MessageEvent<{ answersTo?: string; result?: unknown; problem?: unknown }>) => {
          if (data.answersTo !== asksDevice) return
          if (data.problem === undefined) resolve()
          else reject(new Error(JSON.stringify(data.problem)))
        }
      })
      channel.postMessage({ asksDevice, deviceId, method: 'status', params: Uint8Array.of(0xa0), timeoutMs: 10_000 })
      await answered
      tookMs.push(performance.now() - startedAtMs)
    })
  }
  channel.close()
  return tookMs
}
