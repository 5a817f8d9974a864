/**
 * Holds every document to what runs: commands, links, and the tests that tables name. With the file of results that
 * scripts/test.ts writes, a named test must have passed in that run; without it, it must exist.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { COMMANDS_PAGE, commandsPage } from './docs/commands-page.ts'
import { type Complaint, reviewDocument, type World } from './docs/review.ts'
import { testNamePatternsOf } from './docs/test-names.ts'
import { checks } from './testing/stages.ts'

const root = join(import.meta.dirname, '..')
const patterns = ['*.md', 'docs/**/*.md']
const testFiles = ['*/src/**/*.test.ts', 'scripts/**/*.test.ts']

if (import.meta.main) {
  const complaints = [...reviewAll(process.argv[2]), ...(await reviewCommandsPage())]
  for (const { path, line, message } of complaints) console.log(`${path}:${line} ${message}`)
  process.exitCode = complaints.length > 0 ? 1 : 0
}

function reviewAll(resultsFile: string | undefined): readonly Complaint[] {
  const world: World = {
    hasPath: (path) => existsSync(join(root, path)),
    textOf: (path) => (path.endsWith('.md') && existsSync(join(root, path)) ? read(path) : undefined),
    hasPassed: resultsFile === undefined ? existsAmongTests() : passedIn(resultsFile),
    runs: (args) => spawnSync(process.execPath, args, { cwd: root }).status === 0,
  }
  const documents = globSync(patterns, { cwd: root }).sort()
  if (!documents.includes('README.md')) return [{ path: 'README.md', line: 1, message: 'there is no README' }]
  return documents.flatMap((path) => reviewDocument(path, read(path), world))
}

/** A page that is made by a script is what the script makes now. */
async function reviewCommandsPage(): Promise<readonly Complaint[]> {
  const isCurrent = existsSync(join(root, COMMANDS_PAGE)) && read(COMMANDS_PAGE) === (await commandsPage(root))
  return isCurrent ? [] : [{ path: COMMANDS_PAGE, line: 1, message: 'is not current: run npm run commands-page' }]
}

function passedIn(resultsFile: string): World['hasPassed'] {
  const passed = new Set(
    parseResults(readFileSync(resultsFile, 'utf8')).flatMap((name) => [name, name.split(' › ').at(-1)]),
  )
  return (name) => passed.has(name)
}

function parseResults(text: string): readonly string[] {
  return (JSON.parse(text) as { passed: readonly string[] }).passed
}

function existsAmongTests(): World['hasPassed'] {
  const stages = new Set(checks.map(({ name }) => name))
  const names = globSync(testFiles, { cwd: root }).flatMap((file) => testNamePatternsOf(read(file)))
  return (name) => stages.has(name) || names.some((pattern) => pattern.test(name))
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
