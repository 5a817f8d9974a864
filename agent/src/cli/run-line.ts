import { base64url } from '@cloudos/protocol/base-text'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Json } from '@cloudos/protocol/json-record'
import { parseConfig, sayConfigRefusal } from '../config.ts'
import { formatAmount } from './amounts.ts'
import { openAgentDoor } from './agent-door.ts'
import type { AgentDoor } from './agent-door.ts'
import type { Errand } from './errand.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import { helpLines, usageOf } from './help.ts'
import { parseLine } from './parse-line.ts'
import type { Line, UsageRefusal } from './parse-line.ts'
import type { Outcome, Verb } from './verb.ts'
import type { World } from './world.ts'

/** Does what the line says and answers with the exit code. Whatever happens ends in a sentence or an envelope, never in a stack trace. */
export async function runLine(world: World, verbs: readonly Verb[]): Promise<number> {
  const line = parseLine(world.args, verbs)
  if (!line.ok) return refuseUsage(line.error, world, verbs)
  if (line.value.kind === 'help') {
    const lines = helpLines(line.value.words, verbs)
    printOutcome({ result: { help: lines.join('\n') }, lines }, 'help', line.value.json, world)
    return EXIT.done
  }
  return runVerb(line.value, world, verbs)
}

async function runVerb(
  { verb, given, json }: Line & { readonly kind: 'run' },
  world: World,
  verbs: readonly Verb[],
): Promise<number> {
  const name = verb.words.join(' ')
  const doors: AgentDoor[] = []
  try {
    const run = await verb.load()
    const outcome = await run(given, createErrand(verb, json, world, verbs, doors))
    printOutcome(outcome, name, json, world)
    return outcome.exitCode ?? EXIT.done
  } catch (cause) {
    const failure = failureFrom(cause)
    printFailure({ code: failure.code, message: failure.message }, name, json, world)
    return world.signal.aborted ? EXIT.interrupted : exitCodeOf(failure.code)
  } finally {
    for (const door of doors) door.close()
  }
}

function createErrand(verb: Verb, json: boolean, world: World, verbs: readonly Verb[], doors: AgentDoor[]): Errand {
  const config = parseConfig({ ...world, args: [] })
  if (!config.ok) throw new CloudError('bad-input', sayConfigRefusal(config.error))
  return {
    world,
    config: config.value,
    verb,
    verbs,
    json,
    note: (line) => {
      world.err(line + '\n')
    },
    show: (event, lines) => {
      world.out(json ? envelope(verb.words.join(' '), { event }) : lines.map((line) => line + '\n').join(''))
    },
    openDoor: async () => {
      const onWaits = (forMs: number): void => {
        const patience = formatAmount('forMs', forMs)
        world.err(
          `Waiting for your yes, for ${patience} at most: on Home of the page, or with cloudos approval list.\n`,
        )
      }
      const door = await openAgentDoor(config.value.socketPath, { onWaits, ...tokenFrom(world) })
      doors.push(door)
      return door
    },
  }
}

/** Whoever sets CLOUDOS_TOKEN is allowed what that token gives, and nothing else. */
function tokenFrom({ env }: World): { readonly token?: Uint8Array } {
  const said = env['CLOUDOS_TOKEN']
  if (said === undefined || said === '') return {}
  const token = base64url.find(said)
  if (token !== undefined && token.length > 0) return { token }
  throw new CloudError('bad-input', 'CLOUDOS_TOKEN holds no token. To make one: cloudos token issue')
}

/** A mistake of ours is told by its name: what it carries besides may hold anything. */
function failureFrom(cause: unknown): CloudError {
  if (cause instanceof CloudError) return cause
  const name = cause instanceof Error ? `${cause.name}: ${cause.message.split('\n')[0] ?? ''}` : String(cause)
  return new CloudError(
    'mistake',
    `This is a mistake in CloudOS (${name.slice(0, 300)}). Please report it with what this writes: cloudos bugreport`,
    cause,
  )
}

function refuseUsage({ part, sentence, words }: UsageRefusal, world: World, verbs: readonly Verb[]): number {
  const verb = verbs.find((one) => one.words.join(' ') === words.join(' '))
  const usage = verb === undefined ? 'cloudos help' : usageOf(verb)
  const json = world.args.includes('--json')
  if (json) world.out(envelope(words.join(' '), { error: { code: 'usage', message: sentence, part } }))
  else world.err(`${sentence}\nUsage: ${usage}\n`)
  return EXIT.usage
}

function printOutcome({ result, lines }: Outcome, command: string, json: boolean, world: World): void {
  if (json) world.out(envelope(command, { result }))
  else if (lines.length > 0) world.out(lines.join('\n') + '\n')
}

function printFailure(error: { code: string; message: string }, command: string, json: boolean, world: World): void {
  if (json) world.out(envelope(command, { error }))
  else if (error.code !== 'cancelled') world.err(error.message + '\n')
}

/** One line: streams of them are read line by line. The number is the envelope's version. */
function envelope(command: string, body: { readonly [name: string]: Json }): string {
  return JSON.stringify({ cloudos: 1, command, ...body }) + '\n'
}
