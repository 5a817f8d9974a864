import { join } from 'node:path'
import process from 'node:process'
import { root, runCommand } from './command.ts'
import { type Part } from './outcome.ts'
import { findTestFiles, runTestFiles } from './test-files.ts'

export interface Stage {
  readonly name: string
  /** What it would run; filters choose test files by a part of their path, and no check. */
  readonly list: (filters: readonly string[]) => readonly string[]
  readonly run: (filters: readonly string[]) => Promise<readonly Part[]>
}

const checkTimeoutMs = 5 * 60_000

/** One command of node's; it counts as one test. */
function check(name: string, ...args: readonly string[]): Stage {
  const run = async (): Promise<readonly Part[]> => {
    const { isOk, output } = await runCommand(process.execPath, args, checkTimeoutMs)
    return [{ file: name, output: '', outcomes: [isOk ? { kind: 'passed', name } : { kind: 'failed', name, output }] }]
  }
  return { name, list: (filters) => (filters.length === 0 ? [name] : []), run }
}

function tests(name: string, how: Parameters<typeof runTestFiles>[1], ...patterns: readonly string[]): Stage {
  const list = (filters: readonly string[]) => findTestFiles(patterns, filters)
  return { name, list, run: (filters) => runTestFiles(list(filters), how) }
}

function tool(path: string): string {
  return join(root, 'node_modules', path)
}

/** What needs nothing but the sources: run first, two at a time. */
export const checks: readonly Stage[] = [
  check('lint', tool('eslint/bin/eslint.js'), '--max-warnings=0', '.'),
  check('types', tool('typescript/bin/tsc'), '--project', 'tsconfig.json'),
  check(
    'page types',
    tool('svelte-check/bin/svelte-check'),
    '--workspace',
    'control-plane',
    '--tsconfig',
    'tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ),
  check('format', tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'),
  check('architecture', 'scripts/check-architecture.ts'),
  check('build', 'scripts/build.ts'),
  check('chromium', 'scripts/testing/chromium.ts'),
  check('foreign programs', 'scripts/testing/foreign-programs.ts'),
  check('descriptions', 'scripts/testing/descriptions.ts'),
]

/**
 * Two at a time: the stories wait for real agents and browsers more than they compute. On a busy machine a browser, an agent
 * and a person's press may meet in an order that nobody foresaw: such a story is tried once more, alone, and named.
 */
export const testStages: readonly Stage[] = [
  tests(
    'unit',
    { lanes: 2 },
    '{agent,control-plane,crypto,mesh,protocol,scheduler,storage-adapters}/src/**/*.test.ts',
    'scripts/**/*.test.ts',
  ),
  tests('e2e', { lanes: 2, secondTry: true }, 'e2e/src/**/*.test.ts'),
]

/** Holds the documents against the results of everything before. */
export function docsStage(resultsFile: string | undefined): Stage {
  return check('docs', 'scripts/check-docs.ts', ...(resultsFile ? [resultsFile] : []))
}
