import type { Page } from 'playwright-core'

/** Has the words shown, and types back those that are asked. */
export async function saveKit(page: Page): Promise<readonly string[]> {
  await goTo(page, '#/settings/kit')
  await page.getByRole('button', { name: 'Show the words' }).click()
  const list = page.getByRole('list', { name: 'Recovery words' })
  await list.waitFor()
  const words = (await list.getByRole('listitem').allTextContents()).map((item) => item.replace(/[\d\s]/g, ''))
  await page.getByRole('button', { name: 'I have written the words down' }).click()
  for (const field of await page.getByRole('textbox').all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '')
    await field.fill(words[Number(label.replace('Word ', '')) - 1] ?? '')
  }
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Your recovery words are a way in now.').waitFor()
  return words
}

export async function signInWithPassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).last().fill(passphrase)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export async function signInWithWords(page: Page, words: readonly string[]): Promise<void> {
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(words.join(' '))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}
