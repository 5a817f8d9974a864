import { base64url } from '@cloudos/protocol/base-text'
import { attachJobCommand } from '@cloudos/protocol/job-commands'
import type { Json } from '@cloudos/protocol/json-record'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import { EXIT } from '../exit-code.ts'
import { fieldOf, textOf } from '../json-fields.ts'
import { givenText } from '../verb.ts'
import type { Given, Outcome } from '../verb.ts'

/** What the program writes goes where it wrote it, as it comes; the answer is how the job ended. */
export async function followJob(jobId: string, offset: number, errand: Errand, door: AgentDoor): Promise<Outcome> {
  const job = await door.ask(
    attachJobCommand,
    { jobId, offset },
    {
      signal: errand.world.signal,
      onEvent: (event) => {
        if (textOf(event, 'kind') === 'log') writePiece(event, errand)
        else if (errand.json) errand.show(event, [])
      },
    },
  )
  errand.note(sayEnd(job))
  return { result: job, lines: [], exitCode: isDone(job) ? EXIT.done : EXIT.failed }
}

/** A piece of a job's log. */
export function writePiece(piece: Json, errand: Errand): void {
  if (errand.json) errand.show(piece, [])
  else {
    const bytes = base64url.find(textOf(piece, 'bytes')) ?? new Uint8Array()
    if (textOf(piece, 'stream') === 'err') errand.world.err(bytes)
    else errand.world.out(bytes)
  }
}

export async function runJobAttach(given: Given, errand: Errand): Promise<Outcome> {
  const offset = given.get('offset')
  const from = typeof offset === 'number' ? offset : 0
  return followJob(givenText(given, 'job-id'), from, errand, await errand.openDoor())
}

/** Done, and by its own word well done. */
function isDone(job: Json): boolean {
  const exitCode = fieldOf(fieldOf(job, 'end') ?? null, 'exitCode')
  return textOf(job, 'phase') === 'done' && (exitCode === undefined || exitCode === 0)
}

function sayEnd(job: Json): string {
  const end = fieldOf(job, 'end') ?? null
  const exitCode = fieldOf(end, 'exitCode')
  const held = textOf(fieldOf(job, 'isolation') ?? null, 'name')
  return [
    `job ${textOf(job, 'jobId')} ${textOf(job, 'phase')}`,
    typeof exitCode === 'number' ? `exit code ${String(exitCode)}` : textOf(end, 'reason'),
    textOf(end, 'says'),
    held === '' ? '' : `held by ${held}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}
