import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { addStorageCommand } from '@cloudos/protocol/storage-commands'
import { brokenWorld } from '../../broken-world.ts'
import type { Errand } from '../errand.ts'
import { firstLine } from '../read-secret.ts'
import { linesFrom } from '../tell.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** Keeps one more copy. The secret comes from a file, a pipe or a person who types it unseen, never from the command line. */
export async function runStorageAdd(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const kind = givenText(given, 'kind')
  const account = givenText(given, 'account')
  const secret = await findSecret(given, errand)
  const result = await door.ask(
    addStorageCommand,
    {
      kind,
      where: givenText(given, 'where'),
      ...(account !== '' && { account }),
      ...(secret !== undefined && { secret }),
    },
    { signal: errand.world.signal },
  )
  return { result, lines: linesFrom(result) }
}

/** What it takes to sign in to the place; `undefined` where nothing does. */
export async function findSecret(given: Given, { world }: Errand): Promise<string | undefined> {
  const file = givenText(given, 'secret-file')
  if (file !== '') return secretIn(resolve(world.workFolder, file))
  const asksForOne = givenText(given, 'account') !== '' || givenText(given, 'kind') === 'github'
  return asksForOne ? world.readSecret('Password, secret key or token (it is not shown): ') : undefined
}

/** The first line of a file that a person has named. */
export function secretIn(file: string): string {
  try {
    return firstLine(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
}
