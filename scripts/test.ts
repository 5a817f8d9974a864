/**
 * Everything that must hold. `npm test` runs all of it; `npm test -- --only lint,unit` some stages; `npm test -- mesh/ heads`
 * the test files with one of these words in their path; `--list` only says what would run.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { killRunning, root } from './testing/command.ts'
import { inLanes } from './testing/lanes.ts'
import { hasFailed, type Part, sentence, slowest, type Tally, tally } from './testing/outcome.ts'
import { checks, docsStage, type Stage, testStages } from './testing/stages.ts'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killRunning()
    process.exit(1)
  })
}

const { values, positionals: filters } = parseArgs({
  options: { only: { type: 'string' }, list: { type: 'boolean' } },
  allowPositionals: true,
})
const only = values.only?.split(',')
const resultsFile = join(root, '.cache/test-results.json')
const stages = [...checks, ...testStages, docsStage(resultsFile)]
const unknown = only?.filter((name) => stages.every((stage) => stage.name !== name)) ?? []
if (unknown.length > 0) {
  console.error(`No stage is called ${unknown.join(', ')}. There are: ${stages.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const chosen = stages.filter(isChosen)
if (values.list) {
  const listed = chosen.flatMap((stage) => stage.list(filters))
  console.log(listed.join('\n'))
  process.exit(listed.length > 0 ? 0 : 1)
}

const parts: Part[] = []
await inLanes(checks.filter(isChosen), 2, runStage)
for (const stage of testStages.filter(isChosen)) await runStage(stage)
const isWhole = only === undefined && filters.length === 0
if (isWhole) writeResults()
const docs = docsStage(isWhole ? resultsFile : undefined)
if (isChosen(docs)) await runStage(docs)
const total = tally(parts)
if (parts.length === 0) console.error(`No test file has ${filters.join(' or ')} in its path.`)
console.log(sentence(total))
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)

function isChosen({ name, list }: Stage): boolean {
  return only ? only.includes(name) : filters.length === 0 || list(filters).length > 0
}

async function runStage(stage: Stage): Promise<void> {
  const startedAtMs = performance.now()
  const results = await stage.run(filters)
  parts.push(...results)
  const counts = tally(results)
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
  const verdict = counts.failed > 0 ? 'FAIL' : 'ok'
  console.log(
    [verdict.padEnd(4), stage.name.padEnd(12), `${seconds} s`.padStart(8), '  ', countsOf(stage, counts)]
      .join(' ')
      .trimEnd(),
  )
  for (const part of results) printPart(part)
  if (results.length > 1) console.log(`  slowest: ${slowest(results)}`)
}

/** A check is one: its verdict says it all. */
function countsOf(stage: Stage, counts: Tally): string {
  return checks.includes(stage) || stage.name === 'docs' ? '' : sentence(counts)
}

function printPart(part: Part): void {
  const { file, outcomes, output, firstTry = [] } = part
  for (const outcome of firstTry) {
    if (outcome.kind === 'failed')
      console.log(`  only at the second try: ${outcome.name} in ${file}\n${indent(outcome.output)}`)
  }
  for (const outcome of outcomes) {
    if (outcome.kind === 'skipped') console.log(`  skipped: ${outcome.name} (${outcome.reason}) in ${file}`)
    if (outcome.kind === 'failed') console.log(`  failed: ${outcome.name} in ${file}\n${indent(outcome.output)}`)
  }
  if (output !== '' && hasFailed(part)) console.log(`  ${file} printed:\n${indent(output)}`)
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '    ')
}

/** For the docs check: a claim may name only a test that passed just now. */
function writeResults(): void {
  const passed = parts.flatMap(({ outcomes }) => outcomes).filter(({ kind }) => kind === 'passed')
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(resultsFile, JSON.stringify({ passed: passed.map(({ name }) => name) }))
}
