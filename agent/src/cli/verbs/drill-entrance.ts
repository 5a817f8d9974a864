import { resolve } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { beginDriveCommand, finishDriveCommand } from '@cloudos/protocol/drive-commands'
import type { Json } from '@cloudos/protocol/json-record'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given } from '../verb.ts'
import { valueOf } from './open-shown.ts'
import { secretIn } from './storage-add.ts'

export interface DrillAsked {
  readonly given: Given
  readonly errand: Errand
  readonly door: AgentDoor
}

/** One copy, and what a drill gets to it with. */
export interface Entrance {
  readonly where: string
  readonly entry: EntryJson
}

/** As `DrillEntry` travels. */
interface EntryJson {
  readonly mediumId: string
  readonly [name: string]: Json
}

/**
 * Asks for what signs in to each place, as on a machine that has none of it. Throws `CloudError` 'needs-credential' when it is neither
 * typed, piped in nor named, 'bad-input' when one file would have to stand for several places.
 */
export async function askEntrances(media: readonly Json[], asked: DrillAsked): Promise<readonly Entrance[]> {
  const taking = media.filter((one) => textOf(one, 'credential') !== 'not-needed')
  if (givenText(asked.given, 'secret-file') !== '' && taking.length > 1)
    throw new CloudError(
      'bad-input',
      `One file cannot sign in to ${String(taking.length)} places. Name the copy: cloudos recover --drill ${textOf(taking[0] ?? {}, 'where')} --secret-file FILE`,
    )
  const entrances: Entrance[] = []
  for (const medium of media) {
    const mediumId = textOf(medium, 'mediumId')
    const more = taking.includes(medium) ? await askEntrance(medium, asked) : {}
    entrances.push({ where: textOf(medium, 'where'), entry: { mediumId, ...more } })
  }
  return entrances
}

async function askEntrance(medium: Json, asked: DrillAsked): Promise<Readonly<Record<string, Json>>> {
  const { given } = asked
  if (given.get('stored') === true) return { stored: true }
  const [where, kept] = [textOf(medium, 'where'), textOf(medium, 'account')]
  const account = givenText(given, 'account')
  const isDrive = textOf(medium, 'kind') === 'drive'
  const asWhom = (account || kept) === '' ? '' : ` as ${account || kept}`
  const question = isDrive
    ? `Secret of the OAuth client of ${where}`
    : `Password, secret key or token for ${where}${asWhom}`
  const secret = await askSecret(question, where, asked)
  // A person who types nothing has been told what that means.
  if (secret === '') return { stored: true }
  if (!isDrive) return { secret, ...(account !== '' && { account }) }
  await consent(where, secret, asked)
  return {}
}

async function askSecret(question: string, where: string, { given, errand: { world } }: DrillAsked): Promise<string> {
  const file = givenText(given, 'secret-file')
  if (file !== '') return secretIn(resolve(world.workFolder, file))
  try {
    return await world.readSecret(
      `${question} (not shown; nothing typed goes on with what this device keeps, which shows less): `,
    )
  } catch (cause) {
    if (!(cause instanceof CloudError) || cause.code !== 'no-secret') throw cause
    throw new CloudError(
      'needs-credential',
      `A new machine does not have what signs in to ${where}. Pipe it in, name its file with --secret-file, or go on with what this device keeps, which shows less: --stored`,
      cause,
    )
  }
}

/** A new sign-in to Google, kept for this drill alone. */
async function consent(where: string, clientSecret: string, { errand, door }: DrillAsked): Promise<void> {
  const { signal } = errand.world
  const { attempt, url } = valueOf(beginDriveCommand.output, await door.ask(beginDriveCommand, { where }, { signal }))
  errand.note(`Open Google’s page, choose the account of the copy and allow it: ${url}`)
  await door.ask(finishDriveCommand, { attempt, clientSecret, drill: true }, { signal })
}
