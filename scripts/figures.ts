/**
 * `npm run figures -- NAME [--quick]`: measures the rows of scripts/figures/NAME.ts and prints each as one line of JSON. Ends
 * with 1 when a row misses its goal. `--list` only names the rows.
 */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'

export interface Measured {
  readonly value: number
  /** How many samples the value stands on. */
  readonly n: number
  readonly holds: boolean
}

export interface FigureRow {
  readonly figure: string
  readonly goal: string
  readonly unit: string
  /** Whether the row is short enough for `--quick`. */
  readonly quick: boolean
  /** With `isQuick`, fewer rounds. */
  readonly measure: (isQuick: boolean) => Promise<Measured>
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const rows = await loadRows(positionals)
  if (values.list) for (const { figure, goal } of rows) console.log(`${figure}: ${goal}`)
  else process.exitCode = (await measureAll(rows, values.quick)) ? 0 : 1
}

async function loadRows([name]: readonly string[]): Promise<readonly FigureRow[]> {
  const folder = join(import.meta.dirname, 'figures')
  const names = globSync('*.ts', { cwd: folder, exclude: ['*.test.ts'] }).map((file) => basename(file, '.ts'))
  if (name === undefined || !names.includes(name)) {
    console.error(`Which figures? npm run figures -- NAME [--quick], where NAME is one of: ${names.join(', ')}.`)
    return process.exit(2)
  }
  const { rows } = (await import(join(folder, `${name}.ts`))) as { rows: readonly FigureRow[] }
  return rows
}

/** One row after the other: they share the machine. True when none misses its goal. */
export async function measureAll(
  rows: readonly FigureRow[],
  isQuick: boolean,
  print: (line: string) => void = console.log,
): Promise<boolean> {
  let isEachMet = true
  for (const { figure, goal, unit, quick, measure } of rows) {
    const measured = isQuick && !quick ? { value: null, holds: null, n: 0 } : await measure(isQuick)
    const { value, holds, n } = measured
    print(JSON.stringify({ figure, value, unit, goal, holds, n }))
    if (holds === false) isEachMet = false
  }
  return isEachMet
}
