import { setTimeout as delay } from 'node:timers/promises'
import { readDocumentCommand } from '@cloudos/protocol/commands'
import type { Page } from 'playwright-core'
import type { AgentProcess } from '../agent-process.ts'
import { foundHousehold } from '../household.ts'
import { NOTES } from '../notes.ts'

/**
 * How long an edit in the page takes to be seen by the second agent, through the first, in ms; each after the page has rested, since
 * what is typed on goes together. The moment of
 * the edit is the page's own, the moment of seeing is when agent B's answer with it has come.
 */
export async function measureRelayedEdits(edits: number): Promise<readonly number[]> {
  await using house = new AsyncDisposableStack()
  const { b, page } = await foundHousehold(house)
  const aheadMs = await pageClockAheadMs(page.page)
  const tookMs: number[] = []
  for (let nth = 0; nth < edits + WARM_UPS; nth++) {
    const words = `edit-${String(nth)}`
    await delay(REST_MS)
    const editedMs = await replaceText(page.page, words)
    const seenMs = await whenSeen(b, words)
    if (nth >= WARM_UPS) tookMs.push(seenMs - (editedMs - aheadMs))
  }
  return tookMs
}

const WARM_UPS = 10
/** After the only edit of a window the page has rested when that window ends. */
const REST_MS = 300

function replaceText(page: Page, words: string): Promise<number> {
  return page.getByRole('textbox', { name: 'Text', exact: true }).evaluate((field, text) => {
    if (!(field instanceof HTMLTextAreaElement)) throw new TypeError('the notes are no text field')
    const editedMs = performance.timeOrigin + performance.now()
    field.value = text
    field.dispatchEvent(new InputEvent('input'))
    return editedMs
  }, words)
}

async function whenSeen(agent: AgentProcess, words: string): Promise<number> {
  for (;;) {
    const { text } = await agent.call(readDocumentCommand, { document: NOTES })
    if (text === words) return wallMs()
  }
}

/** The two clocks begin at different moments; the quickest of some questions tells best by how much they differ. */
async function pageClockAheadMs(page: Page): Promise<number> {
  let quickest = { tookMs: Number.POSITIVE_INFINITY, aheadMs: 0 }
  for (let nth = 0; nth < 50; nth++) {
    const askedMs = wallMs()
    const pageMs = await page.evaluate(() => performance.timeOrigin + performance.now())
    const tookMs = wallMs() - askedMs
    if (tookMs < quickest.tookMs) quickest = { tookMs, aheadMs: pageMs - (askedMs + tookMs / 2) }
  }
  return quickest.aheadMs
}

function wallMs(): number {
  return performance.timeOrigin + performance.now()
}
