import type { Page } from 'playwright-core'
import { createHome } from '../home.ts'
import { foundHousehold } from '../household.ts'
import { processorMs } from './process-cost.ts'

/** What the page's process uses of one core, in percent, while it shows how this many devices are doing. */
export async function measureLiveGraphs(devices: number, forMs: number): Promise<number> {
  await using house = new AsyncDisposableStack()
  const { page, chromium } = await foundHousehold(house)
  for (let paired = 2; paired < devices; paired++) {
    await goToDevices(page.page)
    house.use(await page.startPaired(house.use(await createHome())))
  }
  await goToDevices(page.page)
  await page.page.getByRole('row').filter({ hasText: '%' }).nth(devices - 1).waitFor() // prettier-ignore
  const session = await chromium.context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  const used = (): number => renderers.reduce((sum, pid) => sum + processorMs(pid), 0)
  const [beforeMs, sinceMs] = [used(), performance.now()]
  await page.page.waitForTimeout(forMs)
  return (100 * (used() - beforeMs)) / (performance.now() - sinceMs)
}

async function goToDevices(page: Page): Promise<void> {
  await page.evaluate(() => { location.hash = '#/devices' }) // prettier-ignore
}
