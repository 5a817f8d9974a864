import { sayPlaceholder, sayTaken } from './read-value.ts'
import type { Part, Verb } from './verb.ts'

/** `cloudos job run PROGRAM [--wall TIME]` */
export function usageOf({ words, parts }: Verb): string {
  const placed = parts.filter((part) => part.isPlaced).map(sayPlace)
  const needed = parts.filter((part) => !part.isPlaced && part.isRequired).map((part) => sayFlag(part))
  const hasMore = parts.some((part) => !part.isPlaced && !part.isRequired)
  return ['cloudos', ...words, ...placed, ...needed, ...(hasMore ? ['[flags]'] : [])].join(' ')
}

/** All verbs, one line each, or those that begin with `words`; one verb is told whole. */
export function helpLines(words: readonly string[], verbs: readonly Verb[]): readonly string[] {
  const chosen = verbs.filter((verb) => words.every((word, i) => verb.words[i] === word))
  const [only] = chosen
  const width = Math.max(...chosen.map((verb) => verb.words.join(' ').length))
  const list = chosen.map((verb) => `  ${verb.words.join(' ').padEnd(width)}  ${verb.says}`)
  if (only?.words.length === words.length && words.length > 0)
    return chosen.length === 1 ? verbLines(only) : [...verbLines(only), '', 'Also', ...list.slice(1)]
  if (words.length > 0) return [`cloudos ${words.join(' ')} …`, '', ...list]
  return [
    'CloudOS: one system over the devices you own.',
    '',
    'cloudos COMMAND [flags]',
    '',
    ...list,
    '',
    'Every command takes --json and --help. More about one: cloudos help COMMAND',
  ]
}

function verbLines(verb: Verb): readonly string[] {
  const { says, parts, examples } = verb
  const flags = [...parts, JSON_PART].map((part) => [
    part.isPlaced ? part.name.toUpperCase() : sayFlag(part),
    sayPart(part),
  ])
  const width = Math.max(...flags.map(([flag = '']) => flag.length))
  return [
    usageOf(verb),
    '',
    says,
    '',
    ...flags.map(([flag = '', text = '']) => `  ${flag.padEnd(width)}  ${text}`.trimEnd()),
    '',
    ...(examples.length > 0 ? ['Examples', ...examples.map((example) => `  ${example}`)] : []),
  ]
}

/** Also what the reference page says of a part. */
export function sayPart({ says, form, unit, isRequired, isPlaced }: Part): string {
  const what = says === '' || says.endsWith('.') ? says : `${says}.`
  const taken = form.kind === 'flag' || form.kind === 'text' ? '' : `Takes ${sayTaken(form, unit)}.`
  const often = form.kind === 'list' ? 'May be given again.' : ''
  const must = isRequired && !isPlaced ? 'Required.' : ''
  return [what, taken, often, must].filter((sentence) => sentence !== '').join(' ')
}

export function sayFlag(part: Part): string {
  const dashed = part.letter === undefined ? `--${part.name}` : `-${part.letter}, --${part.name}`
  return part.form.kind === 'flag' ? dashed : `${dashed} ${sayPlaceholder(part)}`
}

function sayPlace(part: Part): string {
  const name = part.name.toUpperCase()
  const many = part.form.kind === 'list' ? `${name}…` : name
  return part.isRequired ? many : `[${many}]`
}

/** What every verb takes. */
export const JSON_PART: Part = {
  name: 'json',
  says: 'Gives the result as JSON on stdout',
  form: { kind: 'flag' },
  isRequired: false,
  isPlaced: false,
}
