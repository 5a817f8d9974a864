/**
 * `npm run fuzz`: a million mutations for each decoder of each room (`<room>/src/testing/fuzz-targets.ts` exports `fuzzTargets`).
 * `-- --rounds N --seed N --only NAME`. Ends with status 1 when one is accepted that should not be, throws, or costs too much.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { inspect, parseArgs } from 'node:util'
import { fuzzTarget } from '@cloudos/protocol/testing/fuzz'
import type { FuzzReport, FuzzTarget } from '@cloudos/protocol/testing/fuzz'

const root = join(import.meta.dirname, '..')

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)

for (const file of globSync('*/src/testing/fuzz-targets.ts', { cwd: root }).sort()) {
  const { fuzzTargets } = (await import(pathToFileURL(join(root, file)).href)) as { fuzzTargets: readonly FuzzTarget[] }
  for (const target of fuzzTargets) {
    if (values.only !== undefined && values.only !== target.name) continue
    const report = fuzzTarget({ ...target, rounds, seed })
    console.log(lineOf(report))
    if (!report.isSound) process.exitCode = 1
  }
}

function lineOf(report: FuzzReport): string {
  const { name, isSound, accepted, crashes, valid, maxStepsPerByte, failure } = report
  const line = [
    isSound ? 'ok  ' : 'FAIL',
    name.padEnd(20),
    `${String(report.rounds)} inputs`,
    `${String(accepted)} accepted`,
    `${String(crashes)} crashes`,
    `${String(valid)} valid`,
    `${maxStepsPerByte.toFixed(2)} steps/byte`,
  ].join('  ')
  return failure === undefined
    ? line
    : `${line}\n      ${inspect(failure.thrown ?? 'accepted')}\n      ${failure.input}`
}
