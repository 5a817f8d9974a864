/** The figures of what a copy costs while somebody types: requests that a server counts, and bytes that a phone pays for. */
import { measureTypedEdits } from '@cloudos/e2e/figures/typed-edits'
import type { CountingServerName, TypedEdits } from '@cloudos/e2e/figures/typed-edits'
import { median } from '@cloudos/e2e/figures/statistics'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

function perFlush({ flushes }: TypedEdits): readonly number[] {
  return flushes.map(({ bodyBytes }) => bodyBytes)
}

function rowsOf(name: CountingServerName): readonly FigureRow[] {
  /** A person's pace: five keys a second. */
  const typed = oncePerRun(() => measureTypedEdits(name, 1_000, 200, 1))
  /** Several pages are pasted each time, far more than a head and an index weigh. */
  const pasted = oncePerRun(() => measureTypedEdits(name, 60, 200, 40_000))
  return [
    row(`${name} while 1,000 edits are typed: bodies of one save, p50`, '<= 3000', 'B', async (isQuick) => {
      const bytes = perFlush(await typed(isQuick))
      return judge(median(bytes), bytes.length, (value) => value <= 3_000)
    }),
    row(`${name} while 1,000 edits are typed: bodies of one save, largest`, '<= 3000', 'B', async (isQuick) => {
      const bytes = perFlush(await typed(isQuick))
      return judge(Math.max(...bytes), bytes.length, (value) => value <= 3_000)
    }),
    row(`${name} while 1,000 edits are typed: saves in five seconds`, '<= 1', 'saves', async (isQuick) => {
      const { flushes, typedForMs } = await typed(isQuick)
      return judge((flushes.length * 5_000) / typedForMs, flushes.length, (saves) => saves <= 1)
    }),
    row(
      `${name} while 2.4 MB are pasted: bodies of all saves, of the sealed frames in them`,
      '<= 1.3',
      'times',
      async (isQuick) => {
        const { flushes, sealedBytes } = await pasted(isQuick)
        const sent = flushes.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)
        return judge(sent / sealedBytes, flushes.length, (times) => times <= 1.3)
      },
    ),
  ]
}

export const rows: readonly FigureRow[] = [...rowsOf('GitHub'), ...rowsOf('Drive')]
