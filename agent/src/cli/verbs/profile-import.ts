import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import { LIMITS } from '@cloudos/protocol/limits'
import { importProfileCommand, putImportCommand } from '@cloudos/protocol/profile-commands'
import { brokenWorld } from '../../broken-world.ts'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** The agent judges the file; here it is only carried. */
export async function runProfileImport(given: Given, errand: Errand): Promise<Outcome> {
  const file = resolve(errand.world.workFolder, givenText(given, 'file'))
  const bytes = readWhole(file)
  const door = await errand.openDoor()
  const hash = createHash('sha256').update(bytes).digest('hex')
  await carry(door, hash, bytes, errand)
  const preview = given.get('dry-run') === true
  const result = await door.ask(
    importProfileCommand,
    { hash, ...(preview && { preview }) },
    { signal: errand.world.signal, onEvent: (event) => { errand.show(event, documentLines(event)) } }, // prettier-ignore
  )
  return { result, lines: [...linesOf(result, preview)] }
}

function readWhole(file: string): Uint8Array {
  try {
    const { size } = statSync(file)
    if (size <= LIMITS.importMaxBytes) return readFileSync(file)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
  throw new CloudError(
    'import-too-large',
    `${file} has more than ${String(LIMITS.importMaxBytes / 2 ** 20)} MiB. Nothing was changed.`,
  )
}

async function carry(door: AgentDoor, hash: string, bytes: Uint8Array, { world }: Errand): Promise<void> {
  let have = 0
  while (have < bytes.length) {
    const piece = base64url.encode(bytes.subarray(have, have + LIMITS.jobInlineMaxBytes))
    const answer = await door.ask(
      putImportCommand,
      { hash, sizeBytes: bytes.length, offset: have, bytes: piece },
      { signal: world.signal },
    )
    const next = Number(fieldOf(answer, 'haveBytes'))
    if (!(next > have))
      throw new CloudError('incomplete', 'The file could not be brought to the agent. Import it again.')
    have = next
  }
}

function documentLines(event: Json): readonly string[] {
  const [added, bothKept, keptHere] = ['added', 'bothKept', 'keptHere'].map((field) => Number(fieldOf(event, field)))
  if (!added && !bothKept && !keptHere) return []
  const name = textOf(event, 'name') || textOf(event, 'docId')
  const places = fieldOf(event, 'places')
  return [
    `${name}: ${String(added)} to add, ${String(bothKept)} where both are kept, ${String(keptHere)} where what is here stays`,
    ...(Array.isArray(places) ? places.map((place) => `  ${String(place)}`) : []),
  ]
}

function* linesOf(result: Json, preview: boolean): Generator<string> {
  const count = (field: string): string => String(Number(fieldOf(result, field)))
  yield preview ? 'This would come. Nothing was changed.' : 'It is in the profile, and on this disk.'
  yield `${count('documents')} documents, ${count('added')} additions, ${count('bothKept')} texts kept both ways, ${count('keptHere')} fields as they are here.`
  yield `Not brought, since they belong to the profile that was exported: ${count('devices')} devices, ${count('ways')} ways in, ${count('entries')} entries, ${count('runs')} runs, ${count('decisions')} decisions.`
}
