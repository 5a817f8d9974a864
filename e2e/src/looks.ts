import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Page } from 'playwright-core'

const ROOT = join(import.meta.dirname, '../..')
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8')

/** Where screenshots go, for whoever wants to look at them. */
const SHOTS = process.env['CLOUDOS_SHOTS'] ?? join(ROOT, 'artefacts/screens')

/** No finding of axe and no sideways scrolling, in either theme, on a desk and on a phone. Leaves pictures of all four. */
export async function looksWell(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true })
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: AXE })
  for (const width of [390, 1280])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const what = `${name}-${colorScheme}-${String(width)}`
      await page.screenshot({ path: join(SHOTS, `${what}.png`) })
      assert.deepEqual(await page.evaluate(FINDINGS), [], what)
      assert.equal(await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'), 0, what)
    }
  await session.detach()
}

const FINDINGS =
  'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes.map(({ target }) => target.join(" ")).join(", ")))'

/** With the tab key alone every control comes into focus, and shows that it is. */
export async function isUsableByKeyboard(page: Page, name: string): Promise<void> {
  await page.evaluate(NUMBER_CONTROLS)
  const unseen: string[] = []
  const reached = new Set<string>()
  for (let presses = 0; presses < PRESSES_MAX; presses++) {
    await page.keyboard.press('Tab')
    const { control, shows } = await page.evaluate<{ control: string; shows: boolean }>(FOCUSED)
    if (reached.has(control)) break
    // After the last control the browser itself has the focus.
    if (control === '') continue
    reached.add(control)
    if (!shows) unseen.push(control)
  }
  assert.deepEqual(unseen, [], `${name}: in focus without showing it`)
  const missed = (await page.evaluate<readonly string[]>(CONTROLS)).filter((control) => !reached.has(control))
  assert.deepEqual(missed, [], `${name}: out of the tab key's reach`)
}

const PRESSES_MAX = 300

/** A group of radio buttons is one stop, and so is what takes arrow keys within: those say so with tabindex -1. */
const NUMBER_CONTROLS = `
  document.activeElement?.blur();
  [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].forEach((control, nth) => {
    control.dataset.nthControl = nth + ' ' + control.tagName.toLowerCase() + ' ' + (control.ariaLabel ?? control.textContent ?? '').trim().slice(0, 40)
  })`
const CONTROLS = `
  [...document.querySelectorAll('[data-nth-control]')]
    .filter((control) => control.checkVisibility({ visibilityProperty: true }) && control.tabIndex >= 0 && !control.disabled && !control.closest('[inert]'))
    .filter((control) => control.type !== 'radio' || control.checked)
    .map((control) => control.dataset.nthControl)`
const FOCUSED = `(() => {
  const control = document.activeElement
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(control)
  const shows = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
  return { control: control.dataset.nthControl ?? '', shows }
})()`
