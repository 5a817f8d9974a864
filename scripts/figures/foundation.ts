/** The figures of the founding slice: two agents and a page that share one sealed document. */
import { join } from 'node:path'
import { firstLoadBytes } from '@cloudos/e2e/figures/first-load'
import { mutateInputs } from '@cloudos/e2e/figures/hostile-inputs'
import { measureLockstep } from '@cloudos/e2e/figures/lockstep'
import { median } from '@cloudos/e2e/figures/statistics'
import type { FigureRow } from '../figures.ts'
import { measureTrustedCore } from '../trusted-core.ts'

const root = join(import.meta.dirname, '../..')

export const rows: readonly FigureRow[] = [
  ...lockstepRows(),
  ...['sealed-frame', 'cbor', 'head', 'heads', 'rpc'].map(hostileRow),
  {
    figure: 'trusted core: crypto, frame checks and guard, minified',
    goal: '< 50000',
    unit: 'B',
    quick: true,
    measure: async () => {
      const { ownBytes: value } = await measureTrustedCore()
      return { value, holds: value < 50_000, n: 1 }
    },
  },
  {
    figure: "page's first load before sync code: markup, scripts and styles, gzipped",
    goal: '<= 60000',
    unit: 'B',
    quick: true,
    measure: async () => {
      const value = firstLoadBytes(join(root, 'control-plane/dist'))
      return { value, holds: value <= 60_000, n: 1 }
    },
  },
]

/** The plain path is measured in the same run, round by round in turn, so that a busy machine slows down both alike. */
function lockstepRows(): readonly FigureRow[] {
  const measureOnce = oncePerRun(async (isQuick) => {
    const [rounds, edits] = isQuick ? [2, 500] : [5, 2_000]
    const plainUs: number[] = []
    const sealedUs: number[] = []
    for (let round = 0; round < rounds; round++) {
      plainUs.push(await measureLockstep('plain', edits))
      sealedUs.push(await measureLockstep('sealed', edits))
    }
    return { plainUs: median(plainUs), sealedUs: median(sealedUs), n: rounds * edits }
  })
  return [
    {
      figure: 'edit on one device applied on another, plain ws + yjs, p50',
      goal: 'none: the next row is held against it',
      unit: 'us',
      quick: true,
      measure: async (isQuick) => {
        const { plainUs, n } = await measureOnce(isQuick)
        return { value: plainUs, holds: true, n }
      },
    },
    {
      figure: 'edit on agent A applied on agent B, both in their logs, p50',
      goal: '<= 1.9x plain + 150 us',
      unit: 'us',
      quick: true,
      measure: async (isQuick) => {
        const { plainUs, sealedUs, n } = await measureOnce(isQuick)
        return { value: sealedUs, holds: sealedUs <= 1.9 * plainUs + 150, n }
      },
    },
  ]
}

/** For rows that read off one measurement. */
function oncePerRun<Value>(measure: (isQuick: boolean) => Promise<Value>): (isQuick: boolean) => Promise<Value> {
  let measuring: Promise<Value> | undefined
  return (isQuick) => (measuring ??= measure(isQuick))
}

function hostileRow(format: string): FigureRow {
  return {
    figure: `mutated inputs accepted or crashing, or costing more than counted: ${format}`,
    goal: '0',
    unit: 'inputs',
    quick: true,
    measure: (isQuick) => {
      const { accepted, crashes, isSound, rounds } = mutateInputs(format, isQuick ? 10_000 : 100_000)
      return Promise.resolve({ value: accepted + crashes, holds: isSound, n: rounds })
    },
  }
}
