import type { Errand } from '../errand.ts'
import type { Given, Outcome } from '../verb.ts'
import { showPage } from './page.ts'

export async function runOpen(_given: Given, errand: Errand): Promise<Outcome> {
  const { file, opened, lines } = await showPage(errand, await errand.openDoor(), '/')
  return { result: { file, opened }, lines }
}
