import { readFile } from 'node:fs/promises'
import { addStorageCommand, listStorageCommand, syncStorageCommand } from '@cloudos/protocol/storage-commands'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { getWaysCommand } from '@cloudos/protocol/way-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { documentStates } from './document-states.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

interface LeftCopy {
  readonly words: readonly string[]
  /** Part B. */
  readonly kit: string
  /** What its documents said. */
  readonly states: Awaited<ReturnType<typeof documentStates>>
}

/** A household that leaves nothing behind but what lies in these places: browser, agent and home are gone at the end. */
export async function leaveCopyBehind(note: string, places: readonly NewMedium[]): Promise<LeftCopy> {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  await owner.openNotes()
  await owner.type(note)
  await owner.saved()
  await untilAllShow([note], [owner, readerOf(agent)])
  for (const place of places) await agent.call(addStorageCommand, place)
  const kit = await partB(page)
  const words = await saveKit(page)
  await eventually('the agent has the words as a way in', async () => {
    const ways = await agent.call(getWaysCommand, {}).catch((cause: unknown) => {
      if (cause instanceof CloudError && cause.code === 'no-copy') return undefined
      throw cause
    })
    return ways?.slots.length === 1 ? true : undefined
  })
  const { media } = await agent.call(listStorageCommand, {})
  for (const { kind, mediumId } of media) if (kind !== 'device') await agent.call(syncStorageCommand, { mediumId })
  return { words, kit, states: await documentStates(agent.home) }
}

/** Of the recovery kit, as a text. */
async function partB(page: Page): Promise<string> {
  await goTo(page, '#/settings/kit')
  await page.getByRole('button', { name: 'Show the words' }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save part B as a file' }).click()
  const text = await readFile(await (await saving).path(), 'utf8')
  await goTo(page, '#/settings')
  return text
}
