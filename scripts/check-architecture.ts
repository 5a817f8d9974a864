/** Holds the import arrows and a few habits of docs/architecture.md; says, without failing, what is worth a look. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { type Declared, findWrongArrows } from './architecture/arrows.ts'
import { findBadHabits } from './architecture/habits.ts'
import { findNotes } from './architecture/notes.ts'
import { type BrowserImports, findNodeInPage } from './architecture/reach.ts'
import { type Finding, readSources } from './architecture/source.ts'

const folders = [
  ...[
    'protocol',
    'crypto',
    'storage-adapters',
    'mesh',
    'scheduler',
    'agent',
    'control-plane',
    'e2e',
    'docs',
    'scripts',
  ],
  ...['node_modules', 'artefacts'],
]

export interface Review {
  readonly wrong: readonly Finding[]
  readonly notes: readonly Finding[]
}

export function reviewTree(root: string): Review {
  const sources = readSources(root)
  const packages = globSync(['package.json', '*/package.json'], { cwd: root }).map((file) => ({
    room: file.includes('/') ? (file.split('/')[0] ?? '') : '',
    ...parsePackage(readFileSync(join(root, file), 'utf8')),
  }))
  const declared = Object.fromEntries(packages.map(({ room, dependencies }) => [room, dependencies])) satisfies Declared
  const browser = Object.fromEntries(
    packages.map(({ room, browserImports }) => [room, browserImports]),
  ) satisfies BrowserImports
  return {
    wrong: [
      ...findStrangeFolders(root),
      ...findWrongArrows(sources, declared),
      ...findNodeInPage(sources, browser, 'control-plane/src/main.ts'),
      ...sources.flatMap(findBadHabits),
    ],
    notes: findNotes(sources),
  }
}

function findStrangeFolders(root: string): readonly Finding[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !folders.includes(entry.name))
    .map(({ name }) => ({ path: name, line: 1, message: 'no such room: architecture.md names them all' }))
}

interface Package {
  readonly dependencies: readonly string[]
  readonly browserImports: Readonly<Record<string, string>>
}

function parsePackage(text: string): Package {
  const {
    dependencies,
    devDependencies,
    imports = {},
  } = JSON.parse(text) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
    imports?: Record<string, string | Record<string, string>>
  }
  const entries = Object.entries(imports).map(([name, target]) => [
    name,
    typeof target === 'string' ? target : (target['browser'] ?? target['default'] ?? ''),
  ])
  return {
    dependencies: Object.keys({ ...dependencies, ...devDependencies }),
    browserImports: Object.fromEntries(entries) as Record<string, string>,
  }
}

if (import.meta.main) {
  const root = process.argv[2] ?? join(import.meta.dirname, '..')
  if (!existsSync(join(root, 'package.json'))) throw new Error(`No package.json in ${root}`)
  const { wrong, notes } = reviewTree(root)
  print('Worth a look (no failure):', notes)
  print('Wrong:', wrong)
  process.exitCode = wrong.length > 0 ? 1 : 0
}

function print(title: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return
  console.log(title)
  for (const { path, line, message } of findings) console.log(`  ${path}:${line} ${message}`)
}
