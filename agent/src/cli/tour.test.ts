import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine } from '../testing/run-command.ts'

const TOUR = readFileSync(join(import.meta.dirname, '../../../docs/tour.txt'), 'utf8')

/** What is typed, and what then stands in the terminal. */
function stepsOf(tour: string): readonly { readonly args: readonly string[]; readonly expected: string }[] {
  return tour
    .split(/^\$ cloudos /m)
    .slice(1)
    .map((step) => {
      const [typed = '', ...lines] = step.split('\n')
      return { args: typed.split(' '), expected: lines.join('\n').trim() }
    })
}

function patternOf(expected: string): RegExp {
  const parts = expected.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*')}$`)
}

test('the recorded tour of the terminal is what happens', async (t) => {
  const cloudos = commandLine(t)
  const steps = stepsOf(TOUR)
  assert.ok(steps.length > 8)
  for (const { args, expected } of steps) {
    const { out, err } = await cloudos.run(...args)
    assert.match((out + err).trim(), patternOf(expected), args.join(' '))
  }
})
