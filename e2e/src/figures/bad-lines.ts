/** Lines that no person should have typed, made from the verbs' own parts, and what the command makes of them. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseLine } from '@cloudos/agent/cli/parse-line'
import { runLine } from '@cloudos/agent/cli/run-line'
import { verbsFrom } from '@cloudos/agent/cli/table'
import type { Part, Verb } from '@cloudos/agent/cli/verb'
import type { World } from '@cloudos/agent/cli/world'
import type { Form } from '@cloudos/protocol/form'
import { COMMANDS } from '@cloudos/protocol/registry'
import { createRandom } from '@cloudos/protocol/testing/random'
import { buildStale, command } from '../../../scripts/build.ts'
import { surroundingsOf } from '../agent-process.ts'
import { createHome } from '../home.ts'
import { startProgram } from '../program.ts'

export interface BadLine {
  readonly args: readonly string[]
  /** What must be named as the part that is wrong. */
  readonly part: string
}

export interface BadLineFault {
  readonly args: readonly string[]
  readonly why: string
}

const verbs = verbsFrom(COMMANDS)

/** For every verb and every part of it, each kind of mistake; then `more` drawn garbage flags for each verb. */
export function badLines(more: number): readonly BadLine[] {
  const random = createRandom(41)
  return verbs.flatMap((verb) => [
    ...verb.parts.flatMap((part) => wrongValues(part).map((wrong) => lineWith(verb, part, wrong))),
    ...verb.parts.filter(({ isRequired }) => isRequired).map((part) => lineWithout(verb, part)),
    ...verb.parts.filter(({ isPlaced, form }) => !isPlaced && form.kind !== 'flag').map((part) => bareFlag(verb, part)),
    ...Array.from({ length: more }, () => garbageFlag(verb, garbageFrom(random.bytes(1 + random.below(24))))),
  ])
}

/** Whatever of this the command does not refuse as it should; the real parser and the real runner, in this process. */
export async function findFaults(lines: readonly BadLine[]): Promise<readonly BadLineFault[]> {
  const faults: BadLineFault[] = []
  for (const { args, part } of lines) {
    // What is not refused here would be done.
    const parsed = parseLine(args, verbs)
    if (parsed.ok) {
      faults.push({ args, why: 'was taken' })
      continue
    }
    const said: string[] = []
    const code = await runLine(worldWith(args, said), verbs).catch((cause: unknown) => `threw ${String(cause)}`)
    const why = judgeRefusal(code, said.join(''), parsed.error.part, part)
    if (why !== undefined) faults.push({ args, why })
  }
  return faults
}

/** The same of the command as a process of its own; it has no agent to ask. */
export async function findFaultsInProcesses(lines: readonly BadLine[]): Promise<readonly BadLineFault[]> {
  await buildStale([command])
  await using home = await createHome()
  const faults: BadLineFault[] = []
  for (const { args, part } of lines) {
    const program = await startProgram({ file: process.execPath, args: [BUNDLE, ...args], env: surroundingsOf(home) })
    const { code } = await program.ended
    const parsed = parseLine(args, verbs)
    const why = judgeRefusal(code, program.output(), parsed.ok ? '' : parsed.error.part, part)
    if (why !== undefined) faults.push({ args, why })
  }
  return faults
}

/** So many of them, evenly spread, that a process can be given: no NUL, no lone surrogate and nothing huge reaches one. */
export function sampleOf(lines: readonly BadLine[], count: number): readonly BadLine[] {
  const possible = lines.filter(({ args }) =>
    args.every((arg) => arg.isWellFormed() && !arg.includes('\0') && arg.length < LONGEST_ARGUMENT),
  )
  return Array.from({ length: count }, (_, nth) => possible[Math.floor((nth * possible.length) / count)]).filter(
    (line) => line !== undefined,
  )
}

/** Linux gives a process no argument of 128 KiB. */
const LONGEST_ARGUMENT = 32_000
const BUNDLE = join(import.meta.dirname, '../../../agent/dist/cloudos.mjs')

/** `undefined` when the refusal is as it should be. */
function judgeRefusal(code: unknown, said: string, named: string, part: string): string | undefined {
  if (code !== 2) return `ended with ${String(code)}`
  if (/^\s+at /m.test(said) || /\w+Error\b/.test(said)) return 'showed a stack trace'
  if (named !== part) return `named ${JSON.stringify(named)}, not ${JSON.stringify(part)}`
  return said.includes('Usage: cloudos') ? undefined : 'did not say how it is used'
}

function lineWith(verb: Verb, wrongPart: Part, wrong: string): BadLine {
  const given = requiredBefore(verb, wrongPart)
  if (wrongPart.isPlaced) return { args: [...verb.words, ...given, '--', wrong], part: wrongPart.name }
  return { args: [...verb.words, ...given, `--${wrongPart.name}=${wrong}`], part: `--${wrongPart.name}` }
}

function lineWithout(verb: Verb, missing: Part): BadLine {
  return { args: [...verb.words, ...requiredBefore(verb, missing)], part: missing.name }
}

function bareFlag(verb: Verb, { name }: Part): BadLine {
  return { args: [...verb.words, `--${name}`], part: `--${name}` }
}

function garbageFlag(verb: Verb, garbage: string): BadLine {
  return { args: [...verb.words, `--zz${garbage}`], part: `--zz${garbage}` }
}

/** Any characters but those that would make it another flag or give it a value. */
function garbageFrom(bytes: Uint8Array): string {
  return String.fromCodePoint(...bytes).replaceAll('=', '')
}

function requiredBefore({ parts }: Verb, until: Part): readonly string[] {
  const before = parts.slice(0, parts.indexOf(until)).filter(({ isPlaced, isRequired }) => isPlaced && isRequired)
  return before.map((part) => rightValue(part.form, part.unit !== undefined))
}

const WORDS = ['sample', 'notes', 'a', 'on', '8', 'agent:* read', '/devices', 'job.run', 'bash', 'port', '0'.repeat(32)]

function rightValue(form: Form, hasUnit: boolean): string {
  switch (form.kind) {
    case 'uint':
      return String(hasUnit && form.min < 1 ? 1 : form.min)
    case 'hex':
    case 'id':
      return '00'.repeat(form.length)
    case 'one-of':
      return Object.keys(form.codes)[0] ?? ''
    case 'text':
      return WORDS.find((word) => form.isFit(word)) ?? ''
    case 'list':
      return rightValue(form.item, hasUnit)
    case 'int':
    case 'flag':
    case 'bytes':
    case 'secret':
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return '0'
  }
}

function wrongValues({ form }: Part): readonly string[] {
  const item = form.kind === 'list' ? form.item : form
  switch (item.kind) {
    case 'uint':
      return ['-1', 'many', '', '1.5.5', '5parsecs', '9'.repeat(30), 'NaN', '0x10', '\u0661']
    case 'int':
      return ['many', '1.5', '']
    case 'flag':
      return form === item ? ['maybe'] : []
    case 'hex':
    case 'id':
      return ['zz'.repeat(item.length), '0', '00'.repeat(item.length + 1), '', 'FF'.repeat(item.length)]
    case 'one-of':
      return ['no-such-word', '', '__proto__', 'constructor']
    case 'text':
      return ['a'.repeat(item.maxBytes + 1), ...['\u0007', '\u202e', '\ud800'].filter((text) => !text.isWellFormed() || !item.isFit(text))] // prettier-ignore
    case 'bytes':
      return ['!', '=']
    case 'list':
    case 'secret':
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return []
  }
}

function worldWith(args: readonly string[], said: string[]): World {
  const note = (text: string | Uint8Array): void => void said.push(String(text))
  return {
    env: {},
    args,
    platform: 'linux',
    userHome: tmpdir(),
    temporaryFolder: tmpdir(),
    userName: 'nobody',
    out: note,
    err: note,
    readSecret: () => Promise.resolve(''),
    signal: AbortSignal.abort(),
    nowMs: () => 0,
    monotonicMs: () => 0,
    userId: undefined,
    workFolder: tmpdir(),
    nodeFile: '',
    nodeVersion: '',
    agentFile: '',
    version: '0.0.0',
  }
}
