import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { chromium } from 'playwright-core'
import type { BrowserContext, Page } from 'playwright-core'
import { findChromium } from '../../scripts/testing/chromium.ts'

export interface Chromium extends AsyncDisposable {
  readonly context: BrowserContext
  /** `kill -9` of the browser and all its processes; resolves when it is gone. */
  kill(): Promise<void>
}

const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * A real Chromium. What it stores is in `profileFolder` and outlives it, or goes with it when none is given. `resolverRules` lead
 * names elsewhere, as Chromium's `--host-resolver-rules` has it.
 */
export async function launchChromium(profileFolder?: string, resolverRules: readonly string[] = []): Promise<Chromium> {
  const executablePath = findChromium()
  if (executablePath === undefined || !existsSync(executablePath))
    throw new CloudError(
      'chromium-missing',
      'There is no Chromium to start: install it (Debian: apt install chromium), or set CLOUDOS_CHROMIUM to its path.',
    )
  const folder = profileFolder ?? (await mkdtemp(join(tmpdir(), 'cloudos-chromium-')))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: [...FLAGS, ...(resolverRules.length > 0 ? [`--host-resolver-rules=${resolverRules.join(',')}`] : [])],
    // Chromium's own sandbox refuses to run as root.
    chromiumSandbox: process.getuid?.() !== 0,
  })
  return {
    context,
    kill: () => killAll(context),
    async [Symbol.asyncDispose]() {
      for (const page of context.pages()) await tellWhatItShows(page)
      await context.close()
      if (profileFolder === undefined) await rm(folder, { recursive: true, maxRetries: 3 })
    },
  }
}

/** Printed by the runner only when the story failed: then it is the first thing one wants to know. */
async function tellWhatItShows(page: Page): Promise<void> {
  const text = await page
    .locator('body')
    .innerText({ timeout: 1_000 })
    .catch(() => '(nothing that could be read)')
  console.error(`A page ended at ${page.url()} and showed:\n${text.replaceAll(/^/gm, '  ')}`)
}

/** Playwright starts the browser as the leader of its own process group. */
async function killAll(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const leader = processInfo.find(({ type }) => type === 'browser')
  if (leader === undefined) throw new Error('this Chromium does not tell its process id')
  const gone = context.waitForEvent('close')
  process.kill(-leader.id, 'SIGKILL')
  await gone
}
