/** One name of a text in the form of Prometheus, and what was measured under it. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly kind: string
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])+)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`)
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`)
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(,|$)/y

/**
 * The text form 0.0.4, more strictly than a scraper reads it: every name has its HELP, then its TYPE, then all its samples together; no
 * sample comes twice; a label is spelled as the form says; a counter is a number from 0 up whose name ends in _total. Throws at the first
 * line that is otherwise.
 */
export function parseExposition(text: string): readonly Family[] {
  if (!text.endsWith('\n')) throw new SyntaxError('The last line does not end.')
  const families: Family[] = []
  let help: RegExpExecArray | null = null
  for (const line of text.slice(0, -1).split('\n')) {
    const type = TYPE.exec(line)
    if (help !== null) {
      const [, name = '', says = ''] = help
      if (type?.[1] !== name) throw new SyntaxError(`${name} has no TYPE after its HELP: ${line}`)
      if (families.some((one) => one.name === name)) throw new SyntaxError(`${name} stands in two places.`)
      families.push({ name, help: says, kind: type[2] ?? '', samples: [] })
      help = null
      continue
    }
    help = HELP.exec(line)
    if (help === null) addSample(line, families.at(-1))
  }
  for (const { name, samples } of families) if (samples.length === 0) throw new SyntaxError(`${name} has no sample.`)
  return families
}

function addSample(line: string, family: Family | undefined): void {
  const [, name, inner, amount = ''] = SAMPLE.exec(line) ?? []
  if (family === undefined || name !== family.name) throw new SyntaxError(`No HELP and TYPE stand before: ${line}`)
  const value = Number(amount)
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(amount) || !Number.isFinite(value))
    throw new SyntaxError(`No number: ${line}`)
  const isCounter = family.kind === 'counter'
  if (isCounter !== name.endsWith('_total')) throw new SyntaxError(`${name} is a ${family.kind}.`)
  if (isCounter && value < 0) throw new SyntaxError(`A counter below 0: ${line}`)
  const labels = inner === undefined ? {} : parseLabels(inner)
  const key = keyOf(labels)
  if (family.samples.some((other) => keyOf(other.labels) === key)) throw new SyntaxError(`A second time: ${line}`)
  family.samples.push({ labels, value })
}

function parseLabels(inner: string): Readonly<Record<string, string>> {
  const labels = new Map<string, string>()
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < inner.length) {
    const [, name = '', spelled = ''] = LABEL.exec(inner) ?? []
    if (name === '') throw new SyntaxError(`No labels: ${inner}`)
    if (labels.has(name)) throw new SyntaxError(`The label ${name} comes twice: ${inner}`)
    labels.set(
      name,
      spelled.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
    )
  }
  return Object.fromEntries(labels)
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted())
}
