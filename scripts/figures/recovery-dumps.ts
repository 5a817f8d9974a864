/** The figures of a stolen medium: what its dump gives away, and what of it is taken for genuine when it is put back changed. */
import { ROBBABLE_MEDIA } from '@cloudos/e2e/figures/robbable-media'
import { robMedium } from '@cloudos/e2e/figures/robbery'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

/** Every medium as often; `tamperings` are those of each. */
export function dumpRows(tamperings: number): readonly FigureRow[] {
  return [...ROBBABLE_MEDIA.keys()].flatMap((name) => {
    const robbery = oncePerRun((isQuick) => robMedium(name, isQuick ? 200 : tamperings))
    return [
      row(`${name}, full dump put back changed, without a way in: taken for genuine`, '0', 'dumps', async (isQuick) => {
        const { accepted, tamperings: tried } = await robbery(isQuick)
        return judge(accepted.length, tried, (taken) => taken === 0)
      }),
      row(`${name}, every dump: words, names, settings and keys in the clear`, '0', 'canaries', async (isQuick) => {
        const { leaks } = await robbery(isQuick)
        return judge(leaks.length, 1, (found) => found === 0)
      }),
      row(`${name}, every dump: addresses of machines and people`, '0', 'addresses', async (isQuick) => {
        const { addresses } = await robbery(isQuick)
        return judge(addresses.length, 1, (found) => found === 0)
      }),
    ]
  })
}

export const rows: readonly FigureRow[] = dumpRows(10_000)
