import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FigureRow, measureAll } from './figures.ts'

function row(figure: string, holds: boolean, quick = true): FigureRow {
  return {
    figure,
    goal: '< 2',
    unit: 's',
    quick,
    measure: (isQuick) => Promise.resolve({ value: 1, n: isQuick ? 3 : 30, holds }),
  }
}

async function linesOf(rows: readonly FigureRow[], isQuick: boolean): Promise<readonly [boolean, readonly string[]]> {
  const lines: string[] = []
  return [await measureAll(rows, isQuick, (line) => lines.push(line)), lines]
}

test('a row is printed as one line of JSON', async () => {
  const [, lines] = await linesOf([row('start', true)], false)
  assert.deepEqual(lines, ['{"figure":"start","value":1,"unit":"s","goal":"< 2","holds":true,"n":30}'])
})

test('a row that misses its goal fails the run, after all were measured', async () => {
  const [isEachMet, lines] = await linesOf([row('start', false), row('memory', true)], false)
  assert.equal(isEachMet, false)
  assert.equal(lines.length, 2)
})

test('a quick run leaves long rows out, says so, and does not fail for them', async () => {
  const [isEachMet, lines] = await linesOf([row('start', true), row('kill rounds', false, false)], true)
  assert.equal(isEachMet, true)
  assert.deepEqual(
    lines.map((line) => line.replace(/.*"holds"/, '"holds"')),
    ['"holds":true,"n":3}', '"holds":null,"n":0}'],
  )
})
