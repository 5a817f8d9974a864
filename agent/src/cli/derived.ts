import { randomBytes } from 'node:crypto'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { AnyCommand } from '@cloudos/protocol/command'
import type { Json } from '@cloudos/protocol/json-record'
import { findDevice } from './device-names.ts'
import { deviceFieldsOf, inputFromGiven, partsFromForm } from './parts.ts'
import { linesFrom } from './tell.ts'
import type { Given, Outcome, Run, Verb } from './verb.ts'
import type { Errand } from './errand.ts'

/** The verb of a command that needs nothing around the call: `device.list` is `cloudos device list`. */
export function verbFromCommand(command: AnyCommand): Verb | undefined {
  const { form } = command.input
  const parts = form.kind === 'record' ? partsFromForm(form) : undefined
  if (parts === undefined) return undefined
  const run: Run = (given, errand) => askAgent(command, given, errand)
  return {
    words: command.name.split('.'),
    says: command.says,
    examples: command.examples,
    parts,
    load: () => Promise.resolve(run),
  }
}

/** Asks, shows what is told on the way, and answers with the result. */
export async function askAgent(command: AnyCommand, given: Given, errand: Errand): Promise<Outcome> {
  const { form } = command.input
  if (form.kind !== 'record') throw new RangeError(`${command.name} takes no fields`)
  const door = await errand.openDoor()
  const input: Record<string, Json> = { ...inputFromGiven(form, given) }
  for (const name of deviceFieldsOf(form)) {
    const wanted = input[name]
    if (typeof wanted === 'string') input[name] = await findDevice(wanted, door)
  }
  const result = await door.ask(command, input, {
    signal: errand.world.signal,
    onEvent: (event) => {
      errand.show(event, linesFrom(event))
    },
    ...(command.repeat === 'needs-key' && { idempotencyKey: hexFromBytes(randomBytes(16)) }),
  })
  return { result, lines: linesFrom(result) }
}
