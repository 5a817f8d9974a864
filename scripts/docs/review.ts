import { posix } from 'node:path'
import { findProof } from './commands.ts'
import { anchorsOf, inlineCodeOf, linksOf, shellCommandsOf, tablesOf } from './markdown.ts'

/** What the documents are held against. */
export interface World {
  readonly hasPath: (path: string) => boolean
  /** `undefined` when there is no such document. */
  readonly textOf: (path: string) => string | undefined
  readonly hasPassed: (testName: string) => boolean
  readonly runs: (args: readonly string[]) => boolean
}

export interface Complaint {
  readonly path: string
  readonly line: number
  readonly message: string
}

export function reviewDocument(path: string, text: string, world: World): readonly Complaint[] {
  const complaints = [
    ...reviewCommands(text, world),
    ...reviewLinks(path, text, world),
    ...reviewClaims(path, text, world),
  ]
  return complaints.map((complaint) => ({ path, ...complaint }))
}

type Unplaced = Omit<Complaint, 'path'>

function reviewCommands(text: string, world: World): readonly Unplaced[] {
  return shellCommandsOf(text).flatMap(({ text: command, line }) => {
    const message = refuseCommand(command, world)
    return message === undefined ? [] : [{ line, message }]
  })
}

function refuseCommand(command: string, { hasPassed, runs }: World): string | undefined {
  const proof = findProof(command)
  switch (proof?.kind) {
    case undefined:
      return `nothing proves the command \`${command}\`: say how in scripts/docs/commands.ts`
    case 'test':
      return hasPassed(proof.name) ? undefined : `\`${command}\` is proven by "${proof.name}", which did not pass`
    case 'run':
      return runs(proof.args) ? undefined : `\`${command}\` does not work (node ${proof.args.join(' ')})`
    case 'given':
      return undefined
  }
}

function reviewLinks(path: string, text: string, { hasPath, textOf }: World): readonly Unplaced[] {
  return linksOf(text).flatMap(({ target, line }) => {
    if (/^[a-z]+:/.test(target)) return []
    const [file = '', anchor] = decodeURI(target).split('#')
    const place = file === '' ? path : posix.join(posix.dirname(path), file)
    if (!hasPath(place)) return [{ line, message: `the link to ${target} leads nowhere` }]
    const isFound = anchor === undefined || anchorsOf(textOf(place) ?? '').has(anchor)
    return isFound ? [] : [{ line, message: `${place} has no heading #${anchor}` }]
  })
}

/**
 * A table with a column "Test" claims something in every row: it names tests that passed, in backticks. Outside the README a
 * claim may say "not yet" instead.
 */
function reviewClaims(path: string, text: string, { hasPassed }: World): readonly Unplaced[] {
  const tables = tablesOf(text).filter(({ header }) => header.includes('Test'))
  if (path === 'README.md' && tables.length === 0)
    return [{ line: 1, message: 'the README has no status table with a column "Test"' }]
  return tables.flatMap(({ header, rows }) =>
    rows.flatMap(({ cells, line }) => {
      const cell = cells[header.indexOf('Test')] ?? ''
      const names = inlineCodeOf(cell)
      if (names.length === 0 && path !== 'README.md' && cell.startsWith('not yet')) return []
      if (names.length === 0) return [{ line, message: `no test is named for "${cells[0] ?? ''}"` }]
      return names
        .filter((name) => !hasPassed(name))
        .map((name) => ({ line, message: `no test passed under the name "${name}"` }))
    }),
  )
}
