import { encode } from 'uqr'

export interface QrDrawing {
  /** Modules on each side, the quiet zone included. */
  readonly size: number
  /** An SVG path of all dark modules, one unit each. */
  readonly path: string
}

export function drawQr(text: string): QrDrawing {
  const { data, size } = encode(text, { ecc: 'M', border: 2 })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${String(x)} ${String(y)}h1v1h-1z`] : [])))
  return { size, path: path.join('') }
}
