import type { Json } from '@cloudos/protocol/json-record'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { readValue, sayTaken } from './read-value.ts'
import { findNearest, meant, show } from './spelling.ts'
import type { Given, Part, Verb } from './verb.ts'

export type Line =
  | { readonly kind: 'run'; readonly verb: Verb; readonly given: Given; readonly json: boolean }
  /** Of the verbs that begin with these words; of all when there are none. */
  | { readonly kind: 'help'; readonly words: readonly string[]; readonly json: boolean }

/** `part` is what was wrong as the person wrote it, or the name of what is missing. */
export interface UsageRefusal {
  readonly part: string
  readonly sentence: string
  /** The verb it was about, once that was clear. */
  readonly words: readonly string[]
}

/** Every line is either understood whole or refused with the part that is wrong; nothing has been done then. */
export function parseLine(args: readonly string[], verbs: readonly Verb[]): Result<Line, UsageRefusal> {
  const json = beforeDashes(args).includes('--json')
  const bare = withoutJson(args)
  const wantsHelp = beforeDashes(bare).some((arg) => arg === '--help' || arg === '-h')
  const words = leadingWords(bare)
  if (wantsHelp || words[0] === 'help' || bare.length === 0)
    return parseHelp(words[0] === 'help' ? words.slice(1) : words, verbs, json)
  if (bare[0] === '--version') return parseLine(['version', ...args.filter((arg) => arg !== '--version')], verbs)
  const verb = findVerb(words, verbs)
  if (verb === undefined) return err(refuseWords(words, bare, verbs))
  const given = readParts(bare.slice(verb.words.length), verb)
  return given.ok ? ok({ kind: 'run', verb, given: given.value, json }) : given
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end < 0 ? args : args.slice(0, end)
}

function withoutJson(args: readonly string[]): readonly string[] {
  const own = beforeDashes(args)
  return [...own.filter((arg) => arg !== '--json'), ...args.slice(own.length)]
}

function leadingWords(args: readonly string[]): readonly string[] {
  const end = args.findIndex((arg) => arg.startsWith('-'))
  return end < 0 ? args : args.slice(0, end)
}

function findVerb(words: readonly string[], verbs: readonly Verb[]): Verb | undefined {
  return verbs
    .filter((verb) => verb.words.every((word, i) => words[i] === word))
    .reduce<Verb | undefined>((best, verb) => (verb.words.length > (best?.words.length ?? 0) ? verb : best), undefined)
}

/** Help is about a verb, or about all that share a first word; what follows a verb does not matter. */
function parseHelp(words: readonly string[], verbs: readonly Verb[], json: boolean): Result<Line, UsageRefusal> {
  const verb = findVerb(words, verbs)
  if (verb !== undefined) return ok({ kind: 'help', words: verb.words, json })
  const isNoun = words.length <= 1 && verbs.some((one) => words.length === 0 || one.words[0] === words[0])
  return isNoun ? ok({ kind: 'help', words, json }) : err(refuseWords(words, words, verbs))
}

function refuseWords(words: readonly string[], args: readonly string[], verbs: readonly Verb[]): UsageRefusal {
  const [noun] = words
  if (noun === undefined)
    return { part: args[0] ?? '', sentence: `"${show(args[0] ?? '')}" stands before any command.`, words: [] }
  const under = verbs.filter((verb) => verb.words[0] === noun).map((verb) => verb.words[1] ?? '')
  if (under.length === 0) {
    const near = findNearest(
      noun,
      verbs.map((verb) => verb.words[0] ?? ''),
    )
    return { part: noun, sentence: `There is no command "${show(noun)}".${meant(near)}`, words: [] }
  }
  const next = words[1]
  const list = `It takes: ${under.join(', ')}.`
  if (next === undefined) return { part: noun, sentence: `"${noun}" is not a whole command. ${list}`, words: [noun] }
  return { part: next, sentence: `There is no command "${noun} ${show(next)}". ${list}`, words: [noun] }
}

function readParts(args: readonly string[], verb: Verb): Result<Given, UsageRefusal> {
  const given = new Map<string, Json>()
  const refuse = (part: string, sentence: string): Result<never, UsageRefusal> =>
    err({ part, sentence, words: verb.words })
  const places = verb.parts.filter((part) => part.isPlaced)
  let place = 0 // A part that is given by its flag needs no place.
  let onlyPlaces = false
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '--' && !onlyPlaces) {
      onlyPlaces = true
      continue
    }
    if (!onlyPlaces && arg.startsWith('-') && arg !== '-') {
      const [, dashed = arg, inline] = /^(--?[^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? []
      const flag = findFlag(dashed, verb.parts)
      if (flag === undefined) return refuse(dashed, `There is no flag ${show(dashed)}.${meantFlag(dashed, verb.parts)}`)
      if (flag.part.form.kind === 'flag') {
        if (inline !== undefined) return refuse(dashed, `${dashed} takes no value, but got "${show(inline)}".`)
        if (given.has(flag.part.name)) return refuse(dashed, `${dashed} is given twice.`)
        given.set(flag.part.name, !flag.isNo)
        continue
      }
      const text = inline ?? args[++i]
      if (text === undefined) return refuse(dashed, `${dashed} takes ${takenBy(flag.part)}, but got nothing.`)
      const taken = take(given, flag.part, text, dashed)
      if (taken !== undefined) return refuse(dashed, taken)
      continue
    }
    while (places[place]?.form.kind !== 'list' && given.has(places[place]?.name ?? '')) place++
    const part = places[place]
    if (part === undefined) return refuse(arg, `"${show(arg)}" is more than "cloudos ${verb.words.join(' ')}" takes.`)
    const taken = take(given, part, arg, part.name.toUpperCase())
    if (taken !== undefined) return refuse(part.name, taken)
  }
  return complete(given, verb, refuse)
}

function complete(
  given: Map<string, Json>,
  verb: Verb,
  refuse: (part: string, sentence: string) => Result<never, UsageRefusal>,
): Result<Given, UsageRefusal> {
  for (const part of verb.parts) {
    const { name, form, isRequired, isPlaced } = part
    const named = isPlaced ? name.toUpperCase() : `--${name}`
    const value = given.get(name)
    if (value === undefined && isRequired) return refuse(name, `${named} is missing: it takes ${takenBy(part)}.`)
    if (form.kind !== 'list' || value === undefined) continue
    const count = (value as readonly Json[]).length
    if (count < form.min) return refuse(name, `${named} is needed ${String(form.min)} times.`)
    if (count > form.max) return refuse(name, `${named} may be given ${String(form.max)} times at most.`)
  }
  return ok(given)
}

/** Puts the value where it belongs; answers with a sentence when it does not belong there. */
function take(given: Map<string, Json>, part: Part, text: string, named: string): string | undefined {
  const value = readValue(text, part.form, part.unit)
  if (!value.ok) return `${named} takes ${value.error}, not "${show(text)}".`
  if (part.form.kind === 'list') {
    const before = given.get(part.name)
    given.set(part.name, [...(Array.isArray(before) ? (before as readonly Json[]) : []), value.value])
    return undefined
  }
  if (given.has(part.name)) return `${named} is given twice.`
  given.set(part.name, value.value)
  return undefined
}

function takenBy({ form, unit }: Part): string {
  return sayTaken(form, unit)
}

function findFlag(dashed: string, parts: readonly Part[]): { part: Part; isNo: boolean } | undefined {
  for (const part of parts) {
    if (dashed === `--${part.name}` || (part.letter !== undefined && dashed === `-${part.letter}`))
      return { part, isNo: false }
    if (part.form.kind === 'flag' && dashed === `--no-${part.name}`) return { part, isNo: true }
  }
  return undefined
}

function meantFlag(dashed: string, parts: readonly Part[]): string {
  const flags = parts.filter(({ isPlaced }) => !isPlaced).map(({ name }) => `--${name}`)
  const near = meant(findNearest(dashed, flags))
  return near !== '' || flags.length === 0 ? near : ` It takes: ${[...flags, '--json'].join(', ')}.`
}
