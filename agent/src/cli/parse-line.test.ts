import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Form } from '@cloudos/protocol/form'
import { COMMANDS } from '@cloudos/protocol/registry'
import { parseLine } from './parse-line.ts'
import { verbsFrom } from './table.ts'
import type { Part, Verb } from './verb.ts'

const verbs = verbsFrom(COMMANDS)

function given(...args: readonly string[]): ReadonlyMap<string, unknown> {
  const line = parseLine(args, verbs)
  assert.ok(line.ok && line.value.kind === 'run', args.join(' '))
  return line.value.given
}

function partRefused(...args: readonly string[]): string {
  const line = parseLine(args, verbs)
  assert.ok(!line.ok, `${args.join(' ')} is not refused`)
  assert.doesNotMatch(line.error.sentence, /undefined|\[object|NaN/)
  return line.error.part
}

test('what must be there is given by its place or by its flag, the rest by flags in any order', () => {
  assert.deepEqual([...given('document', 'read', 'notes')], [['document', 'notes']])
  assert.deepEqual([...given('document', 'read', '--document', 'notes')], [['document', 'notes']])
  assert.deepEqual([...given('document', 'edit', '--at', '3', 'notes', '0', 'x')].sort(), [
    ['at', 3],
    ['document', 'notes'],
    ['insert', 'x'],
    ['remove', 0],
  ])
  assert.deepEqual([...given('logs', '-f', '--lines=5')].sort(), [
    ['follow', true],
    ['lines', 5],
  ])
})

test('a value may begin with a hyphen after = or after --', () => {
  assert.equal(given('document', 'edit', 'notes', '0', '0', '--insert=-x').get('insert'), '-x')
  assert.equal(given('document', 'edit', 'notes', '0', '0', '--', '--json').get('insert'), '--json')
})

test('help is asked for in three ways, about all, about a noun, about a verb', () => {
  for (const [args, words] of [
    [[], []],
    [['help'], []],
    [['--help'], []],
    [['help', 'config'], ['config']],
    [
      ['config', 'set', '--help'],
      ['config', 'set'],
    ],
    [
      ['help', 'config', 'set'],
      ['config', 'set'],
    ],
  ] as const) {
    const line = parseLine(args, verbs)
    assert.ok(line.ok && line.value.kind === 'help')
    assert.deepEqual(line.value.words, words)
  }
})

test('a word that is nearly a command is answered with the command', () => {
  const line = parseLine(['staus'], verbs)
  assert.ok(!line.ok && line.error.sentence.includes('status'))
  assert.equal(partRefused('config', 'sett'), 'sett')
  assert.equal(partRefused('--loud', 'status'), '--loud')
})

/** Texts that are wrong for a form; none where every text is right. */
function wrongFor(form: Form, unit: Part['unit']): readonly string[] {
  const rubbish = ['', '\u0000', '💥', '-', '{}', '../..', '9'.repeat(400), 'x'.repeat(300_000), '\ud800']
  switch (form.kind) {
    case 'uint': {
      const over = form.max < Number.MAX_SAFE_INTEGER ? [String(form.max + 1)] : []
      return [...rubbish, ...(unit === undefined ? over : ['5 parsecs', '1e3']), '-1', '1.5', '0x10', 'Infinity', ' 1']
    }
    case 'int':
      return [...rubbish, '1.5', 'Infinity']
    case 'hex':
    case 'id':
      return [...rubbish, 'g'.repeat(2 * form.length), 'A'.repeat(2 * form.length), '0'.repeat(2 * form.length - 1)]
    case 'bytes':
      return ['*', '💥', 'A'.repeat(2 * form.max + 8)]
    case 'one-of':
      return [...rubbish, 'constructor', '__proto__', 'toString']
    case 'text':
      return ['x'.repeat(form.maxBytes + 1), '\ud800', '💥'.repeat(form.maxBytes / 4 + 1)]
    case 'list':
      return wrongFor(form.item, unit)
    case 'flag':
    case 'secret':
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return []
  }
}

/** Something right for a part, as a person would write it. */
function rightFor({ form, unit }: Pick<Part, 'form' | 'unit'>): string {
  switch (form.kind) {
    case 'uint':
      return String(Math.max(form.min, unit === undefined ? form.min : 1))
    case 'int':
      return '0'
    case 'hex':
    case 'id':
      return '0'.repeat(2 * form.length)
    case 'one-of':
      return Object.keys(form.codes)[0] ?? ''
    case 'bytes':
      return 'A'.repeat(Math.ceil((form.min * 4) / 3))
    case 'text':
      return ['notes', 'x', '/x', 'cloudos:pair?x', 'job:* read'].find(form.isFit) ?? 'x'
    case 'list':
      return rightFor({ form: form.item, ...(unit && { unit }) })
    case 'flag':
    case 'secret':
    case 'pair':
    case 'record':
    case 'variant':
    case 'any':
      return ''
  }
}

function requiredArgs(verb: Verb, without?: Part): readonly string[] {
  return verb.parts
    .filter((part) => part.isRequired && part !== without)
    .map((part) => `--${part.name}=${rightFor(part)}`)
}

function optionalPlaces(verb: Verb): readonly string[] {
  return verb.parts.filter((part) => part.isPlaced && !part.isRequired).map(rightFor)
}

/** What every verb refuses: [what is typed, which part is named]. */
function wrongLines(verb: Verb): readonly (readonly [readonly string[], string])[] {
  const lines: (readonly [readonly string[], string])[] = [
    [[...requiredArgs(verb), '--no-such-flag'], '--no-such-flag'],
    [[...requiredArgs(verb), '-Z'], '-Z'],
  ]
  if (!verb.parts.some((part) => part.isPlaced && part.form.kind === 'list'))
    lines.push([[...requiredArgs(verb), ...optionalPlaces(verb), 'one-too-many'], 'one-too-many'])
  for (const part of verb.parts) {
    const flag = `--${part.name}`
    const others = requiredArgs(verb, part)
    if (part.isRequired) lines.push([others, part.name])
    if (part.form.kind === 'flag') {
      lines.push([[...others, `${flag}=1`], flag], [[...others, flag, flag], flag])
      continue
    }
    lines.push([[...others, flag], flag])
    if (part.form.kind !== 'list')
      lines.push([[...others, `${flag}=${rightFor(part)}`, `${flag}=${rightFor(part)}`], flag])
    for (const wrong of wrongFor(part.form, part.unit)) lines.push([[...others, `${flag}=${wrong}`], flag])
  }
  return lines
}

for (const verb of verbs) {
  test(`${verb.words.join(' ')}: whatever is wrong with it is named, and nothing is run`, () => {
    for (const [args, part] of wrongLines(verb))
      assert.equal(partRefused(...verb.words, ...args), part, args.join(' ').slice(0, 200))
  })

  test(`${verb.words.join(' ')}: its own examples are lines it takes`, () => {
    assert.ok(verb.examples.length > 0)
    for (const example of verb.examples) {
      const words = wordsOf(example)
      if (words[0] !== 'cloudos') continue
      const line = parseLine(words.slice(1), verbs)
      assert.ok(line.ok, `${example}: ${line.ok ? '' : line.error.sentence}`)
    }
  })
}

/** As a shell splits it; quotes keep words together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}
