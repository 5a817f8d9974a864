import { resolve } from 'node:path'
import { finishDriveCommand } from '@cloudos/protocol/drive-commands'
import type { Errand } from '../errand.ts'
import { linesFrom } from '../tell.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { secretIn } from './storage-add.ts'

/** Waits until a person has answered on Google's page. The secret is never on the command line. */
export async function runDriveFinish(given: Given, { openDoor, world }: Errand): Promise<Outcome> {
  const door = await openDoor()
  const file = givenText(given, 'secret-file')
  const clientSecret =
    file === ''
      ? await world.readSecret('Secret of the OAuth client (it is not shown): ')
      : secretIn(resolve(world.workFolder, file))
  const returned = givenText(given, 'returned')
  const answer = { attempt: givenText(given, 'attempt'), clientSecret, ...(returned !== '' && { returned }) }
  const result = await door.ask(finishDriveCommand, answer, { signal: world.signal })
  return { result, lines: linesFrom(result) }
}
