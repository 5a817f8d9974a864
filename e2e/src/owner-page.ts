import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { openCommand } from '@cloudos/protocol/commands'
import type { BrowserContext, Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import type { Home } from './home.ts'

/** The page of an agent as its owner uses it, by what is on the screen. */
export interface OwnerPage {
  readonly page: Page
  /** What no page may ever have: exceptions, and things its content security policy had to stop. */
  readonly complaints: readonly string[]
  /** "Start now with a new key": the profile begins here, and the agent beside the page joins it. */
  found(): Promise<void>
  /** Starts a second agent with the link on the screen, compares the words, and says yes. */
  startPaired(home: Home): Promise<AgentProcess>
  openNotes(): Promise<void>
  /** Types at the end of the notes' text, key by key. */
  type(words: string): Promise<void>
  text(): Promise<string>
  /** Waits until everything typed is on this device's disk, as the page says. */
  saved(): Promise<void>
}

/** Opens the page as a person does: by the file that the agent writes for its owner alone. */
export async function openByLink(context: BrowserContext, agent: AgentProcess): Promise<OwnerPage> {
  const { file } = await agent.call(openCommand, {})
  return openPage(context, agent, pathToFileURL(file).href)
}

/** Opens the page again in a browser that holds the profile already. */
export function openAgain(context: BrowserContext, agent: AgentProcess): Promise<OwnerPage> {
  return openPage(context, agent, agent.page)
}

async function openPage(context: BrowserContext, agent: AgentProcess, address: string): Promise<OwnerPage> {
  const page = await context.newPage()
  const complaints = listenForComplaints(page)
  await page.goto(address)
  await page.waitForURL(`${agent.page}/**`)
  return ownerOf(page, complaints)
}

/** A page that is open already. */
export function ownerOf(page: Page, complaints: readonly string[]): OwnerPage {
  const text = page.getByRole('textbox', { name: 'Text', exact: true })
  const goTo = async (place: string): Promise<void> => {
    await page.evaluate((hash) => {
      location.hash = hash
    }, place)
  }
  return {
    page,
    complaints,
    async found() {
      await page.getByRole('button', { name: 'Start now with a new key' }).click()
      await page.getByText('This computer is one of your devices').waitFor()
    },
    async startPaired(home) {
      await goTo('#/devices/add')
      const command = await page.getByLabel('Command that adds the machine it is run on').first().textContent()
      const [, link = ''] = /--pair '(cloudos:pair\?[^']+)'/.exec(command ?? '') ?? []
      const agentProcess = await startAgent(home, '--pair', link)
      const [, ...words] = await agentProcess.printed(/: (\w+) · (\w+) · (\w+)\n/)
      const same = page.getByRole('button', { name: 'The words are the same' })
      await same.waitFor()
      const shown = await page.getByRole('region').filter({ has: same }).getByRole('listitem').allTextContents()
      assert.deepEqual(
        shown.map((item) => item.replace(/^\d+\s*/, '').trim()),
        words,
      )
      await same.click()
      await page.getByText('is one of your devices now').waitFor()
      await agentProcess.printed(/^Paired\.$/m)
      return agentProcess
    },
    async openNotes() {
      await goTo('#/notes')
      await text.waitFor()
    },
    async type(words) {
      await text.press('Control+End')
      await text.pressSequentially(words)
    },
    text: () => text.inputValue(),
    async saved() {
      await page.getByRole('status').filter({ hasText: 'Saved on this device' }).waitFor()
    },
  }
}

/** From now on. */
export function listenForComplaints(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Trusted/i.test(message.text()))
      complaints.push(message.text())
  })
  return complaints
}
