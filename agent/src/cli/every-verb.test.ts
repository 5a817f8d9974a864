import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { COMMANDS } from '@cloudos/protocol/registry'
import { commandLine } from '../testing/run-command.ts'
import type { CommandEnd, CommandLine } from '../testing/run-command.ts'
import { EXIT } from './exit-code.ts'
import { verbsFrom } from './table.ts'
import type { Verb } from './verb.ts'

const VERBS = verbsFrom(COMMANDS)
/** These end the agent, change the session of whoever runs the tests, or ask Google. */
const NOT_HERE = new Set(['down', 'service install', 'service remove', 'drive begin'])
/** These stay until Ctrl-C. */
const ENDLESS = new Set(['approval watch', 'audit watch', 'device metrics'])
const EXIT_CODES: readonly (number | null)[] = Object.values(EXIT)

/** What its first example types: help shows it, so it has to be understood. */
function exampleOf({ examples, words }: Verb): readonly string[] {
  const [, ...typed] = examples[0]?.match(/"[^"]*"|'[^']*'|\S+/g) ?? []
  const args = typed.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
  assert.deepEqual(args.slice(0, words.length), words, `the example of ${words.join(' ')}`)
  return args.filter((word) => word !== '--json')
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>
}

/** Events, one a line, and then one result or error. */
function checkJson(name: string, { code, out, err }: CommandEnd): void {
  const told = `${name}: ${String(code)} ${out} ${err}`
  assert.ok(out.endsWith('\n'), told)
  const bodies = out
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const { cloudos, command, ...body } = parseLine(line)
      assert.deepEqual([cloudos, command], [1, name], told)
      return Object.keys(body)
    })
  assert.deepEqual(
    bodies.slice(0, -1).filter((keys) => keys.join() !== 'event'),
    [],
    told,
  )
  assert.deepEqual(bodies.at(-1), [code === EXIT.done || /"result":/.test(out) ? 'result' : 'error'], told)
  checkWords(told, { code, out, err })
}

function checkWords(told: string, { code, out, err }: CommandEnd): void {
  assert.ok(EXIT_CODES.includes(code), told)
  assert.notEqual(code, EXIT.usage, told)
  assert.ok(!(out + err).includes('\u001b'), told)
  assert.doesNotMatch(err, /^\{|^\s+at |mistake in CloudOS/m, told)
}

async function untilItSpeaks(cloudos: CommandLine, args: readonly string[]): Promise<CommandEnd> {
  const child = cloudos.start(...args)
  const closed = once(child, 'close')
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece
    child.kill('SIGINT')
  })
  await closed
  return { code: child.exitCode, out, err: '' }
}

test('every command gives one envelope, or one JSON line for each event, and an exit code that is documented', async (t) => {
  const cloudos = commandLine(t)
  checkJson('up', await cloudos.run('up', '--json'))
  for (const verb of VERBS) {
    const name = verb.words.join(' ')
    if (NOT_HERE.has(name) || name === 'up') continue
    const args = [...exampleOf(verb), '--json']
    checkJson(name, ENDLESS.has(name) ? await untilItSpeaks(cloudos, args) : await cloudos.run(...args))
  }
  checkJson('down', await cloudos.run('down', '--json'))
})

test('what a command says into a pipe has no colour, and what stops it without an agent is said on stderr alone', async (t) => {
  const cloudos = commandLine(t, undefined, { TERM: 'xterm-256color', NO_COLOR: '1' })
  for (const verb of VERBS) {
    const name = verb.words.join(' ')
    if (NOT_HERE.has(name) || name === 'up') continue
    const end = await cloudos.run(...exampleOf(verb))
    const told = `${name}: ${String(end.code)} ${end.out} ${end.err}`
    checkWords(told, end)
    if (end.code === EXIT.unreachable) assert.ok(end.out === '' && end.err.includes('cloudos up'), told)
    assert.doesNotMatch(end.out, /^\{"cloudos":/, told)
  }
})
