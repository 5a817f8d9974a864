import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { documentStates } from './document-states.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit, signInWithWords } from './ways-in.ts'

const NOTE = 'written before the flood'

test('with the first machine gone, the second one shows a code, and with the words a new machine has it all back', async () => {
  await using house = new AsyncDisposableStack()
  const left = await liveAndLose(house)
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByRole('radio', { name: 'Another device' }).check({ force: true })
  await lookAt(page, { ...left, code: left.code.replace(/^./, (first) => (first === 'q' ? 'r' : 'q')) })
  await page.getByRole('alert').getByText('The code is mistyped').waitFor()
  await lookAt(page, { ...left, where: 'attic' })
  await page.getByRole('alert').getByText('That is no address of a device').waitFor()
  await looksWell(page, 'from-device-refused')
  await lookAt(page, left)
  await signInWithWords(page, left.words)
  await owner.openNotes()
  await untilAllShow([NOTE], [owner, readerOf(agent), readerOf(left.attic)])
  assert.deepEqual(await documentStates(agent.home), await documentStates(left.attic.home))
  await owner.type(', and after')
  await untilAllShow([`${NOTE}, and after`], [owner, readerOf(agent), readerOf(left.attic)])
  assert.deepEqual(owner.complaints, [])
})

/** A household of two machines; the one with the browser is lost when the other shows its code. */
async function liveAndLose(house: AsyncDisposableStack) {
  await using lost = new AsyncDisposableStack()
  const agent = lost.use(await startAgent(lost.use(await createHome())))
  const owner = await openByLink(lost.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  const attic = house.use(await owner.startPaired(house.use(await createHome())))
  const words = await saveKit(page)
  await owner.openNotes()
  await owner.type(NOTE)
  await owner.saved()
  await untilAllShow([NOTE], [owner, readerOf(attic)])
  const { deviceId } = await attic.call(statusCommand, {})
  await goTo(page, `#/devices/${deviceId}`)
  await page.getByRole('button', { name: 'Code for a new device' }).click()
  await page.getByRole('button', { name: 'Show a code' }).click()
  const read = (label: string) => page.getByRole('group', { name: label }).textContent()
  const code = (await read('the code')) ?? ''
  const where = (await read('the address of this device')) ?? ''
  await looksWell(page, 'device-code')
  return { words, code, where, attic }
}

async function lookAt(page: Page, { code, where }: { readonly code: string; readonly where: string }): Promise<void> {
  await page.getByLabel('Address').fill(where)
  await page.getByLabel('Code', { exact: true }).fill(code)
  await page.getByRole('button', { name: 'Look there' }).click()
}
