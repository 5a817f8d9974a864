import { writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { jobLogsCommand, jobOutputCommand, showJobCommand } from '@cloudos/protocol/job-commands'
import { NOTHING_CHOSEN, readWhy } from '@cloudos/scheduler/place-text'
import type { WhyRow } from '@cloudos/scheduler/place-text'
import { brokenWorld } from '../../broken-world.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'
import { writePiece } from './job-follow.ts'

export async function runJobLogs(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const offset = given.get('offset')
  const result = await door.ask(
    jobLogsCommand,
    {
      jobId: givenText(given, 'job-id'),
      follow: given.get('follow') === true,
      ...(typeof offset === 'number' && { offset }),
    },
    { signal: errand.world.signal, onEvent: (piece) => writePiece(piece, errand) },
  )
  return { result, lines: [] }
}

/** Why the job runs where it runs, as it was decided then. */
export async function runJobWhy(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const placement = textOf(await door.ask(showJobCommand, { jobId: givenText(given, 'job-id') }), 'placement')
  if (placement === '') return { result: null, lines: [NOTHING_CHOSEN] }
  const why = readWhy(placement)
  if (!why.ok)
    throw new CloudError(
      'other-version',
      `How the device was chosen is not in a form this version knows (${why.error}).`,
    )
  const { rows, more } = why.value
  const result = rows.map(({ deviceId, name, verdict, text }) => ({ deviceId, name, verdict, text }))
  return { result, lines: [...rows.map(lineOf), ...(more === undefined ? [] : [more])] }
}

function lineOf({ name, says, text }: WhyRow): string {
  return `${name}: ${says} (${text})`
}

/** Fetches a file that a job has left, piece by piece, and writes it when it is whole. */
export async function runJobOutput(given: Given, errand: Errand): Promise<Outcome> {
  const door = await errand.openDoor()
  const name = givenText(given, 'name')
  const pieces: Uint8Array[] = []
  let have = 0
  for (let sizeBytes = Number.POSITIVE_INFINITY; have < sizeBytes;) {
    const answer = await door.ask(jobOutputCommand, { jobId: givenText(given, 'job-id'), name, offset: have })
    const piece = base64url.find(textOf(answer, 'bytes')) ?? new Uint8Array()
    const size = fieldOf(answer, 'sizeBytes')
    sizeBytes = typeof size === 'number' ? size : 0
    if (piece.length === 0 && have < sizeBytes)
      throw new CloudError('incomplete', 'The file could not be fetched whole. Nothing was written. Try again.')
    pieces.push(piece)
    have += piece.length
  }
  const out = givenText(given, 'out')
  // The name comes from the program: only its last part may say where to write.
  const file = resolve(errand.world.workFolder, out === '' ? basename(name) : out)
  try {
    writeFileSync(file, Buffer.concat(pieces), { flag: out === '' ? 'wx' : 'w' })
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  return { result: { file, sizeBytes: have }, lines: [`Written: ${file}`] }
}
