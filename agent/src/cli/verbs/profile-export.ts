import { createHash } from 'node:crypto'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import { exportProfileCommand } from '@cloudos/protocol/profile-commands'
import { brokenWorld } from '../../broken-world.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** The file is there whole, under its name, or not at all. */
export async function runProfileExport(given: Given, errand: Errand): Promise<Outcome> {
  const { world } = errand
  const file = resolve(world.workFolder, givenText(given, 'out'))
  const door = await errand.openDoor()
  const unfinished = `${file}.part`
  const hash = createHash('sha256')
  const stream = createWriteStream(unfinished, { mode: 0o600 })
  const written = finished(stream).catch((cause: unknown) => {
    throw brokenWorld(cause, file)
  })
  let sizeBytes = 0
  const onEvent = (event: Json): void => {
    const piece = base64url.find(textOf(event, 'bytes')) ?? new Uint8Array()
    hash.update(piece)
    sizeBytes += piece.length
    stream.write(piece)
  }
  try {
    const answer = await Promise.race([
      door.ask(exportProfileCommand, {}, { signal: world.signal, onEvent }),
      written.then((): never => {
        throw new CloudError('incomplete', `${file} was closed before everything was in it. Try again.`)
      }),
    ])
    stream.end()
    await written
    if (sizeBytes !== fieldOf(answer, 'sizeBytes') || hash.digest('hex') !== fieldOf(answer, 'sha256'))
      throw new CloudError('incomplete', 'A piece of the profile was lost on the way. Nothing was written. Try again.')
    renameSync(unfinished, file)
  } catch (cause) {
    stream.destroy()
    rmSync(unfinished, { force: true })
    throw cause
  }
  return {
    result: { file, sizeBytes },
    lines: [
      `Written: ${file}`,
      'It holds everything readable and no keys: keep it where only you can read it. docs/export-format.md tells how to read it.',
    ],
  }
}
