import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import type { Chromium } from './browser.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'

/** Two agents and a browser that share a profile, as their owner has put them together on the screen. */
export interface Household {
  readonly homeA: Home
  readonly homeB: Home
  readonly a: AgentProcess
  readonly b: AgentProcess
  /** What the browser stores; it outlives the browser. */
  readonly profileFolder: string
  readonly chromium: Chromium
  /** The page of agent A, with the notes open. */
  readonly page: OwnerPage
}

/** Everything is ended and deleted with `house`, whatever happens in between. */
export async function foundHousehold(house: AsyncDisposableStack): Promise<Household> {
  const homeA = house.use(await createHome())
  const homeB = house.use(await createHome())
  const profileFolder = await mkdtemp(join(tmpdir(), 'cloudos-profile-'))
  house.defer(() => rm(profileFolder, { recursive: true, maxRetries: 3 }))
  const a = house.use(await startAgent(homeA))
  const chromium = house.use(await launchChromium(profileFolder))
  const page = await openByLink(chromium.context, a)
  await page.found()
  const b = house.use(await page.startPaired(homeB))
  await page.openNotes()
  return { homeA, homeB, a, b, profileFolder, chromium, page }
}
