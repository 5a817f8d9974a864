import type { AnyCommand } from '@cloudos/protocol/command'
import { verbFromCommand } from './derived.ts'
import { HANDWRITTEN } from './handwritten.ts'
import type { Verb } from './verb.ts'

/**
 * Commands that no person types: steps of a verb that is written by hand, or the page's own, whose input only a browser with the root can
 * make.
 */
const WITHIN_OTHERS = new Set([
  'open',
  'down',
  'pair.invite',
  'pair.watch',
  'pair.refuse',
  'ways.get',
  'ways.read',
  'ways.change',
  'device.capabilities',
  'device.keeps',
  'job.watch',
  'job.receipt',
  'drill.read',
])

/** All verbs in the order help shows them. Where one is written by hand, it stands for the command of the same name. */
export function verbsFrom(commands: readonly AnyCommand[]): readonly Verb[] {
  const known = new Set(commands.map(({ name }) => name))
  const own = HANDWRITTEN.filter(({ needs }) => needs.every((name) => known.has(name)))
  const taken = new Set(own.map(({ words }) => words.join('.')))
  const derived = commands
    .filter(({ name }) => !taken.has(name) && !WITHIN_OTHERS.has(name))
    .map(verbFromCommand)
    .filter((verb) => verb !== undefined)
  const all = [...own, ...derived]
  return [...all, ...shortened(all)].sort(byWords)
}

/** `cloudos audit` alone lists, as a person expects who types the noun first. */
function shortened(verbs: readonly Verb[]): readonly Verb[] {
  return verbs
    .filter(({ words }) => words.join(' ') === 'audit list')
    .map((verb) => ({ ...verb, words: ['audit'], examples: ['cloudos audit', 'cloudos audit --decision denied'] }))
}

/** Single words first, as they are what a newcomer needs. */
function byWords(one: Verb, other: Verb): number {
  const nouns = Number(one.words.length > 1) - Number(other.words.length > 1)
  if (nouns !== 0) return nouns
  return one.words.join(' ') < other.words.join(' ') ? -1 : 1
}
