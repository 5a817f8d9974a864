import { statusCommand } from '@cloudos/protocol/commands'
import { startAgent } from '../agent-process.ts'
import { eventually } from '../eventually.ts'
import { createHome } from '../home.ts'
import { foundHousehold } from '../household.ts'

/** From the owner's yes until the new machine stands among the devices with what it can do, in ms. */
export async function measureAppearing(rounds: number): Promise<readonly number[]> {
  await using house = new AsyncDisposableStack()
  const { page } = await foundHousehold(house)
  const tookMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    await goTo('#/devices/add')
    const command = await page.page.getByLabel('Command that adds the machine it is run on').first().textContent()
    const [, link = ''] = /--pair '(cloudos:pair\?[^']+)'/.exec(command ?? '') ?? []
    const home = house.use(await createHome())
    house.use(await startAgent(home, '--pair', link))
    const same = page.page.getByRole('button', { name: 'The words are the same' })
    await same.waitFor()
    const known = round + 2
    const confirmedMs = performance.now()
    await same.click()
    await page.page.getByText('is one of your devices now').waitFor()
    await goTo('#/devices')
    // What a machine is made of is only shown once it has said so itself.
    await page.page.getByRole('row').filter({ hasText: /x86-64|arm64/ }).nth(known).waitFor() // prettier-ignore
    tookMs.push(performance.now() - confirmedMs)
  }
  return tookMs

  async function goTo(place: string): Promise<void> {
    await page.page.evaluate((hash) => { location.hash = hash }, place) // prettier-ignore
  }
}

/** From the owner's yes until no device is connected to the removed one any more, in ms. */
export async function measureLettingGo(): Promise<number> {
  await using house = new AsyncDisposableStack()
  const { a, b, page } = await foundHousehold(house)
  const { deviceId } = await b.call(statusCommand, {})
  await page.page.evaluate((id) => { location.hash = `#/devices/${id}` }, deviceId) // prettier-ignore
  await page.page.getByRole('button', { name: 'Remove device' }).click()
  const removedMs = performance.now()
  await page.page.getByRole('button', { name: 'Remove it' }).click()
  await eventually('the removed device is alone', async () => {
    const { peers } = await a.call(statusCommand, {})
    return peers.every((peer) => peer.deviceId !== deviceId) ? true : undefined
  })
  return performance.now() - removedMs
}
