import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHead } from '@cloudos/protocol/head'
import { parseSigned } from '@cloudos/protocol/signed'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'

const PASSPHRASE = 'five unrelated words of mine'

test('at unlock a damaged way in and the medium of another profile each have their own words, and neither opens or deletes anything', async () => {
  await using house = new AsyncDisposableStack()
  const { owner, heads } = await foundProtected(house)
  const stranger = await foundProtected(house)
  const { page } = owner
  await owner.openNotes()
  await owner.type('still here ')
  await owner.saved()

  await putHeads(page, heads.map(([name, head]) => [name, withDamagedSlot(head)])) // prettier-ignore
  await page.reload()
  await unlock(page)
  await page.getByText('What unlocks your profile (passphrase) is damaged here.').waitFor()
  await looksWell(page, 'unlock-damaged-way')

  await putHeads(page, heads.map(([name]) => [name, stranger.heads[0]?.[1] ?? []])) // prettier-ignore
  await page.reload()
  await unlock(page)
  await page.getByText('What lies here belongs to another profile.').waitFor()
  await looksWell(page, 'unlock-wrong-medium')

  await putHeads(page, heads)
  await page.reload()
  await unlock(page)
  await owner.openNotes()
  assert.equal(await owner.text(), 'still here ')
  assert.deepEqual(owner.complaints, [])
})

/** A head's name and bytes, as they cross into the page. */
type HeadEntry = readonly [string, readonly number[]]

async function foundProtected(
  house: AsyncDisposableStack,
): Promise<{ readonly owner: OwnerPage; readonly heads: readonly HeadEntry[] }> {
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  const owner = await openByLink(context, agent)
  await owner.found()
  await owner.page.evaluate(() => {
    location.hash = '#/settings'
  })
  await owner.page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await owner.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await owner.page.getByLabel('The same again').fill(PASSPHRASE)
  await owner.page.getByRole('button', { name: 'Protect', exact: true }).click()
  await owner.page.getByText('Protected by a passphrase').waitFor()
  return { owner, heads: await readHeads(owner.page) }
}

async function unlock(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  const field = page.locator('input[type=password]')
  const choice = page.getByRole('radio', { name: 'Passphrase' })
  // Where nothing can be read of the ways in, the owner says which one they have.
  await field.or(choice).first().waitFor()
  if ((await choice.count()) > 0) await page.getByText('Passphrase', { exact: true }).first().click()
  await field.fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Unlock' }).click()
}

/** One bit of what only the medium knows of the first slot, its pepper. */
function withDamagedSlot(head: readonly number[]): readonly number[] {
  const signed = parseSigned(Uint8Array.from(head), parseHead)
  assert.ok(signed.ok)
  const [slot] = signed.value.value.slots
  assert.ok(slot)
  const at = Buffer.from(head).indexOf(slot) + 30
  return head.map((byte, i) => (i === at ? byte ^ 1 : byte))
}

const NAMES = ['profile', 'profile-next'] as const

function readHeads(page: Page): Promise<readonly HeadEntry[]> {
  return page.evaluate(async (names) => {
    const found = (await indexedDB.databases()).find(({ name }) => name?.endsWith('/medium'))
    return new Promise<[string, number[]][]>((resolve, reject) => {
      const opening = indexedDB.open(found?.name ?? '')
      opening.onerror = () => { reject(new Error('does not open')) } // prettier-ignore
      opening.onsuccess = () => {
        const reading = opening.result.transaction('heads')
        const gets = names.map((name) => reading.objectStore('heads').get(name))
        reading.oncomplete = () => {
          opening.result.close()
          const heads = gets.map(({ result }: IDBRequest<unknown>) => (result instanceof Uint8Array ? [...result] : []))
          resolve(heads.map((head, i): [string, number[]] => [names[i] ?? '', head]))
        }
      }
    })
  }, NAMES)
}

async function putHeads(page: Page, heads: readonly HeadEntry[]): Promise<void> {
  await page.evaluate(async (entries) => {
    const found = (await indexedDB.databases()).find(({ name }) => name?.endsWith('/medium'))
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(found?.name ?? '')
      opening.onerror = () => { reject(new Error('does not open')) } // prettier-ignore
      opening.onsuccess = () => {
        const writing = opening.result.transaction('heads', 'readwrite')
        for (const [name, bytes] of entries) writing.objectStore('heads').put(Uint8Array.from(bytes), name)
        writing.oncomplete = () => {
          opening.result.close()
          resolve()
        }
      }
    })
  }, heads)
}
