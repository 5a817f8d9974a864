import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { startAgent } from '../agent-process.ts'
import { launchChromium } from '../browser.ts'
import { createHome } from '../home.ts'
import { write } from '../notes.ts'
import { openByLink } from '../owner-page.ts'

/** From going to the page's address until the notes stand there whole and can be typed in, in ms, by the page's own clock. */
export async function measureUsable(edits: number, rounds: number): Promise<readonly number[]> {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  const first = await openByLink(context, agent)
  await first.found()
  await first.openNotes()
  for (let nth = 0; nth < edits; nth++) await write(agent, `edit ${String(nth)} `)
  const last = `edit ${String(edits - 1)} `
  await first.page.waitForFunction((words) => document.querySelector('textarea')?.value.endsWith(words), last)
  await first.saved()
  await first.page.close()
  const tookMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const page = await context.newPage()
    await page.addInitScript(NOTE_USABLE)
    await page.goto(`${agent.page}/#/notes`)
    tookMs.push(await usableMs(page, last))
    await page.close()
  }
  return tookMs
}

/** Every frame is looked at: when the words are painted and the field takes more of them, the page is usable. */
const NOTE_USABLE = `
  window.usableMs = (last) => new Promise((resolve) => {
    const look = () => {
      const field = document.querySelector('textarea')
      if (field !== null && !field.disabled && !field.readOnly && field.value.endsWith(last)) resolve(performance.now())
      else requestAnimationFrame(look)
    }
    look()
  })`

function usableMs(page: Page, last: string): Promise<number> {
  return page.evaluate<number>(`window.usableMs(${JSON.stringify(last)})`)
}

export interface LockedLoad {
  /** Of every script that came before the passphrase was asked for, gzipped file by file. */
  readonly gzippedBytes: number
  /** Scripts with the code of libp2p or Yjs that came before. */
  readonly heavy: readonly string[]
}

/** What a browser loads of a profile that is locked, until the page asks how to open it. */
export async function measureLockedLoad(distFolder: string): Promise<LockedLoad> {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  const owner = await openByLink(context, agent)
  await owner.found()
  const { page } = owner
  await page.evaluate(() => { location.hash = '#/settings' }) // prettier-ignore
  await page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('five unrelated words of mine')
  await page.getByLabel('The same again').fill('five unrelated words of mine')
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
  await page.getByText('Protected by a passphrase').waitFor()
  const loaded: string[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.endsWith('.js')) loaded.push(pathname)
  })
  await page.reload()
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  await page.waitForLoadState('networkidle')
  const files = [...new Set(loaded)].map((path) => readFileSync(join(distFolder, path)))
  return {
    gzippedBytes: files.reduce((sum, file) => sum + gzipSync(file).length, 0),
    heavy: [...new Set(loaded)].filter((_, nth) => HEAVY.test(files[nth]?.toString('utf8') ?? '')),
  }
}

/** Words that minifying leaves: libp2p's protocol names and Yjs' warning. */
const HEAVY = /\/yamux\/1\.0\.0|Yjs was already imported/
