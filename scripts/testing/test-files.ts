import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Ended, root, runCommand } from './command.ts'
import { parseReport } from './events.ts'
import { inLanes } from './lanes.ts'
import { type Part } from './outcome.ts'

const fileTimeoutMs = 5 * 60_000

export function findTestFiles(patterns: readonly string[], filters: readonly string[]): readonly string[] {
  const isWanted = (file: string) => filters.length === 0 || filters.some((filter) => file.includes(filter))
  return globSync(patterns, { cwd: root }).filter(isWanted).sort()
}

/** Runs test files, `lanes` at a time, each in a process of its own. No file at all is a failure, and so is a file without a test. */
export async function runTestFiles(files: readonly string[], lanes: number): Promise<readonly Part[]> {
  if (files.length > 0) return inLanes(files, lanes, runTestFile)
  const name = 'test files'
  return [{ file: name, output: '', outcomes: [{ kind: 'failed', name, output: 'There is none to run.' }] }]
}

async function runTestFile(file: string): Promise<Part> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-test-'))
  const lines = join(folder, 'events')
  const reporter = [
    `--test-reporter=${join(import.meta.dirname, 'reporter.mjs')}`,
    `--test-reporter-destination=${lines}`,
  ]
  try {
    const ended = await runCommand(process.execPath, [...reporter, file], fileTimeoutMs)
    return judgeFile(file, ended, existsSync(lines) ? readFileSync(lines, 'utf8') : '')
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
