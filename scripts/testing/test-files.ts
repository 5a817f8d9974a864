import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Ended, root, runCommand } from './command.ts'
import { parseReport } from './events.ts'
import { inLanes } from './lanes.ts'
import { hasFailed, type Part } from './outcome.ts'

const fileTimeoutMs = 4 * 60_000

export function findTestFiles(patterns: readonly string[], filters: readonly string[]): readonly string[] {
  const isWanted = (file: string) => filters.length === 0 || filters.some((filter) => file.includes(filter))
  return globSync(patterns, { cwd: root }).filter(isWanted).sort()
}

/**
 * Runs test files, `lanes` at a time, each in a process of its own. No file at all is a failure, and so is a file without a test.
 * With `secondTry`, the few files that failed run once more, one by one.
 */
export async function runTestFiles(
  files: readonly string[],
  { lanes, secondTry = false }: { readonly lanes: number; readonly secondTry?: boolean },
): Promise<readonly Part[]> {
  if (files.length > 0) {
    const parts = await inLanes(files, lanes, runTestFile)
    return secondTry ? tryAgain(parts, runTestFile) : parts
  }
  const name = 'test files'
  return [{ file: name, output: '', outcomes: [{ kind: 'failed', name, output: 'There is none to run.' }] }]
}

/** More than these are no accident of a busy machine. */
const MOST_SECOND_TRIES = 3

/** What passes only now is told as such: it is a fault to be found, though not one of what was just changed. */
export async function tryAgain(parts: readonly Part[], run: (file: string) => Promise<Part>): Promise<readonly Part[]> {
  const failed = parts.filter(hasFailed)
  if (failed.length > MOST_SECOND_TRIES) return parts
  const second = new Map<Part, Part>()
  for (const first of failed) {
    const part = await run(first.file)
    if (!hasFailed(part))
      second.set(first, { ...part, firstTry: first.outcomes.filter(({ kind }) => kind === 'failed') })
  }
  return parts.map((part) => second.get(part) ?? part)
}

async function runTestFile(file: string): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-test-'))
  const lines = join(folder, 'events')
  const reporter = [
    `--test-reporter=${join(import.meta.dirname, 'reporter.mjs')}`,
    `--test-reporter-destination=${lines}`,
  ]
  const startedAtMs = performance.now()
  try {
    const ended = await runCommand(process.execPath, [...reporter, file], fileTimeoutMs)
    const part = judgeFile(file, ended, existsSync(lines) ? readFileSync(lines, 'utf8') : '')
    return { ...part, tookMs: performance.now() - startedAtMs }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The file itself fails when it ran nothing, ended early, or ended badly though none of its tests did. */
export function judgeFile(file: string, { isOk, output }: Ended, lines: string): Part {
  const { outcomes, unfinished, isComplete } = parseReport(lines)
  const fail = (complaint: string): Part => ({
    file,
    output,
    outcomes: [...outcomes, { kind: 'failed', name: file, output: complaint }],
  })
  if (outcomes.length === 0) return fail('It ran no test.')
  if (!isComplete)
    return fail(`It ended before its tests did. Unfinished: ${unfinished.join('; ') || 'nothing that had begun'}.`)
  if (!isOk && !outcomes.some(({ kind }) => kind === 'failed'))
    return fail('Its tests passed, its process did not end well.')
  return { file, output, outcomes }
}
