import type { Part, Verb } from './verb.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** A script for the shell to read: everything it offers stands in it, so that nothing is started at each Tab. */
export function completionScript(shell: Shell, verbs: readonly Verb[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(verbs)
    case 'zsh':
      return `#compdef cloudos\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(verbs)}`
    case 'fish':
      return fishScript(verbs)
  }
}

/** What may stand after the words so far, by these words joined. */
function offersByWords(verbs: readonly Verb[]): ReadonlyMap<string, readonly string[]> {
  const offers = new Map<string, Set<string>>([['', new Set(['help'])]])
  const add = (words: readonly string[], offer: string): void => {
    const key = words.join(' ')
    const known = offers.get(key) ?? new Set()
    offers.set(key, known.add(offer))
  }
  for (const { words, parts } of verbs) {
    words.forEach((word, i) => {
      add(words.slice(0, i), word)
    })
    for (const offer of parts.flatMap(offersOf)) add(words, offer)
    add(words, '--json')
    add(words, '--help')
  }
  return new Map([...offers].map(([words, set]) => [words, [...set].sort()]))
}

function offersOf(part: Part): readonly string[] {
  if (!part.isPlaced) return [`--${part.name}`]
  return part.form.kind === 'one-of' ? Object.keys(part.form.codes) : []
}

/** Flags whose values are words. */
function valuesByFlag(verbs: readonly Verb[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>()
  for (const { name, form, isPlaced } of verbs.flatMap(({ parts }) => parts))
    if (!isPlaced && form.kind === 'one-of') values.set(`--${name}`, Object.keys(form.codes))
  return values
}

function bashScript(verbs: readonly Verb[]): string {
  const cases = [...offersByWords(verbs)].map(([words, offers]) => `    '${words}') offers='${offers.join(' ')}' ;;\n`)
  const values = [...valuesByFlag(verbs)].map(([flag, words]) => `    ${flag}) offers='${words.join(' ')}' ;;\n`)
  return `_cloudos() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words='' offers='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) words="\${words:+$words }$word" ;; esac
  done
  while :; do
    case "$words" in
${cases.join('')}    esac
    [ -n "$offers" ] && break
    case "$words" in *' '*) words="\${words% *}" ;; *) break ;; esac
  done
  case "$previous" in
${values.join('')}  esac
  if [ -n "$offers" ]; then COMPREPLY=($(compgen -W "$offers" -- "$current")); fi
}
complete -o default -F _cloudos cloudos
`
}

function fishScript(verbs: readonly Verb[]): string {
  const nouns = new Map(verbs.map((verb) => [verb.words[0] ?? '', verb]))
  const lines = ['complete -c cloudos -f']
  for (const [noun, verb] of nouns)
    lines.push(
      `complete -c cloudos -n __fish_use_subcommand -a ${noun} -d ${quoted(verb.words.length === 1 ? verb.says : `cloudos ${noun} …`)}`,
    )
  for (const { words, says, parts } of verbs) {
    const [noun = '', next] = words
    const seen = `__fish_seen_subcommand_from ${noun}`
    if (next !== undefined) lines.push(`complete -c cloudos -n ${quoted(seen)} -a ${next} -d ${quoted(says)}`)
    const whole = next === undefined ? seen : `${seen}; and __fish_seen_subcommand_from ${next}`
    for (const part of parts) lines.push(`complete -c cloudos -n ${quoted(whole)} ${fishPart(part)}`.trimEnd())
  }
  return lines.join('\n') + "\ncomplete -c cloudos -l json -d 'Gives the result as JSON'\n"
}

function fishPart({ name, letter, form, isPlaced, says }: Part): string {
  const words = form.kind === 'one-of' ? `-a ${quoted(Object.keys(form.codes).join(' '))}` : ''
  if (isPlaced) return words === '' ? '-F' : words
  const short = letter === undefined ? '' : ` -s ${letter}`
  return `-l ${name}${short}${form.kind === 'flag' ? '' : ' -r'} ${words} -d ${quoted(says)}`.replaceAll('  ', ' ')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
