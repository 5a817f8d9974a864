import type { FigureRow, Measured } from './figures.ts'

export function row(figure: string, goal: string, unit: string, measure: FigureRow['measure']): FigureRow {
  return { figure, goal, unit, quick: true, measure }
}

export function judge(value: number, n: number, holds: (value: number) => boolean): Measured {
  return { value: Math.round(value * 100) / 100, n, holds: holds(value) }
}

/** Several rows read off one measurement. */
export function oncePerRun<Value>(measure: (isQuick: boolean) => Promise<Value>): (isQuick: boolean) => Promise<Value> {
  let measuring: Promise<Value> | undefined
  return (isQuick) => (measuring ??= measure(isQuick))
}
