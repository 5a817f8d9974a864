import type { Errand } from '../errand.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { showPage } from './page.ts'

/** A place that is none is refused by the command's own schema, before anything is sent. */
export async function runOpen(given: Given, errand: Errand): Promise<Outcome> {
  const { file, opened, lines } = await showPage(errand, await errand.openDoor(), givenText(given, 'place') || '/')
  return { result: { file, opened }, lines }
}
