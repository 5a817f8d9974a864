export interface ChartPoint {
  readonly atMs: number
  readonly value: number
}

/** What part of the world a chart shows. It is drawn into a box of 100 by 100 and stretched. */
export interface ChartFrame {
  readonly fromMs: number
  readonly toMs: number
  readonly max: number
}

/** A hole this long was not measured: no line is drawn across it. */
const GAP_MS = 4_000

/** The strokes of a series, left to right, one for each stretch without a hole. */
export function strokesFrom(points: readonly ChartPoint[], frame: ChartFrame): readonly string[] {
  return stretchesOf(points, frame).map((stretch) => stretch.map((point) => placeOf(point, frame)).join('L').replace(/^/, 'M')) // prettier-ignore
}

/** The same, closed along the ground. */
export function areasFrom(points: readonly ChartPoint[], frame: ChartFrame): readonly string[] {
  return stretchesOf(points, frame).map((stretch) => {
    const [first, last] = [stretch[0], stretch.at(-1)]
    if (first === undefined || last === undefined) return ''
    const line = stretch.map((point) => placeOf(point, frame)).join('L')
    return `M${place(acrossOf(first, frame))} 100L${line}L${place(acrossOf(last, frame))} 100Z`
  })
}

/** A round number over the highest value, so that the ground line and the top stay where they are for a while. */
export function roundTop(highest: number, least: number): number {
  const top = Math.max(highest, least)
  const power = 10 ** Math.floor(Math.log10(top))
  return [1, 2, 5, 10].map((step) => step * power).find((round) => round >= top) ?? top
}

function stretchesOf(points: readonly ChartPoint[], { fromMs }: ChartFrame): ChartPoint[][] {
  const stretches: ChartPoint[][] = []
  let before = -Infinity
  for (const point of points) {
    if (point.atMs < fromMs) continue
    if (point.atMs - before > GAP_MS) stretches.push([])
    stretches.at(-1)?.push(point)
    before = point.atMs
  }
  return stretches
}

function placeOf(point: ChartPoint, frame: ChartFrame): string {
  const up = Math.min(1, Math.max(0, point.value / frame.max))
  return `${place(acrossOf(point, frame))} ${place(100 - 100 * up)}`
}

function acrossOf({ atMs }: ChartPoint, { fromMs, toMs }: ChartFrame): number {
  return (100 * (atMs - fromMs)) / Math.max(1, toMs - fromMs)
}

function place(value: number): string {
  return String(Math.round(value * 100) / 100)
}
