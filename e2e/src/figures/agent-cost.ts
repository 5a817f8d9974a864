import { setTimeout as delay } from 'node:timers/promises'
import { startAgent } from '../agent-process.ts'
import { launchChromium } from '../browser.ts'
import { createHome } from '../home.ts'
import { openByLink } from '../owner-page.ts'
import { processorMs, residentBytes } from './process-cost.ts'

/** From the spawn of the agent to its ready line, in ms: so many starts one after the other, of a home that is in use. */
export async function measureStarts(starts: number): Promise<readonly number[]> {
  await using home = await createHome()
  await (await startAgent(home)).stop()
  const tookMs: number[] = []
  for (let nth = 0; nth < starts; nth++) {
    await using agent = await startAgent(home)
    tookMs.push(agent.readyMs)
    await agent.stop()
  }
  return tookMs
}

export interface IdleCost {
  readonly residentMiB: number
  readonly processorPercent: number
}

/** What an agent costs while one page is connected and nobody does anything. */
export async function measureIdle(watchMs: number): Promise<IdleCost> {
  await using home = await createHome()
  await using agent = await startAgent(home)
  await using chromium = await launchChromium()
  const page = await openByLink(chromium.context, agent)
  await page.found()
  await page.openNotes()
  await page.saved()
  await delay(SETTLE_MS)
  const beforeMs = processorMs(agent.pid)
  await delay(watchMs)
  return {
    residentMiB: residentBytes(agent.pid) / 1024 / 1024,
    processorPercent: ((processorMs(agent.pid) - beforeMs) / watchMs) * 100,
  }
}

/** What the start has left to do must not count as idling. */
const SETTLE_MS = 2_000
