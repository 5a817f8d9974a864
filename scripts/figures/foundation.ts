/** The figures of the founding slice: two agents and a page that share one sealed document. */
import { join } from 'node:path'
import { measureIdle, measureStarts } from '@cloudos/e2e/figures/agent-cost'
import { firstLoadBytes } from '@cloudos/e2e/figures/first-load'
import { mutateInputs } from '@cloudos/e2e/figures/hostile-inputs'
import { measureLockstep } from '@cloudos/e2e/figures/lockstep'
import { measureRelayedEdits } from '@cloudos/e2e/figures/relayed-edit'
import { median } from '@cloudos/e2e/figures/statistics'
import { runKillRounds } from '@cloudos/e2e/kill-rounds'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'
import { measureTrustedCore } from '../trusted-core.ts'

const root = join(import.meta.dirname, '../..')

const starts = oncePerRun(() => measureStarts(9))
const idle = oncePerRun((isQuick) => measureIdle(isQuick ? 10_000 : 30_000))
const lockstep = oncePerRun((isQuick) => (isQuick ? measureLocksteps(2, 500) : measureLocksteps(5, 2_000)))
const kills = oncePerRun((isQuick) => runKillRounds(isQuick ? 10 : 200, 2))

export const rows: readonly FigureRow[] = [
  row('agent start to ready, p50', '< 500', 'ms', async (isQuick) => {
    const tookMs = await starts(isQuick)
    return judge(median(tookMs), tookMs.length, (ms) => ms < 500)
  }),
  row('agent start to ready, slowest', '< 2000', 'ms', async (isQuick) => {
    const tookMs = await starts(isQuick)
    return judge(Math.max(...tookMs), tookMs.length, (ms) => ms < 2_000)
  }),
  row('idle agent with one page connected, resident memory', '< 115', 'MiB', async (isQuick) => {
    const { residentMiB } = await idle(isQuick)
    return judge(residentMiB, 1, (mib) => mib < 115)
  }),
  row('idle agent with one page connected, of one core', '< 0.5', '%', async (isQuick) => {
    const { processorPercent } = await idle(isQuick)
    return judge(processorPercent, 1, (percent) => percent < 0.5)
  }),
  row(
    'edit on one device applied on another, plain ws + yjs, p50',
    'none: the next row is held to it',
    'us',
    async (q) => {
      const { plainUs, n } = await lockstep(q)
      return judge(plainUs, n, () => true)
    },
  ),
  row('edit on agent A applied on agent B, both in their logs, p50', '<= 1.9x plain + 150', 'us', async (isQuick) => {
    const { plainUs, sealedUs, n } = await lockstep(isQuick)
    return judge(sealedUs, n, (us) => us <= 1.9 * plainUs + 150)
  }),
  row('browser edit after a rest seen by the second agent through the first, p50', '< 15', 'ms', async (isQuick) => {
    const tookMs = await measureRelayedEdits(isQuick ? 30 : 150)
    return judge(median(tookMs), tookMs.length, (ms) => ms < 15)
  }),
  row('kill -9 rounds while writing, acknowledged edits', '> 0', 'edits', async (isQuick) => {
    const { acknowledged, rounds } = await kills(isQuick)
    return judge(acknowledged, rounds, (edits) => edits > 0)
  }),
  row('kill -9 rounds while writing, acknowledged edits lost or doubled', '0', 'edits', async (isQuick) => {
    const { lost, doubled, rounds } = await kills(isQuick)
    return judge(lost.length + doubled.length, rounds, (edits) => edits === 0)
  }),
  row('kill -9 rounds while writing, chains frozen and frames refused', '0', 'incidents', async (isQuick) => {
    const { incidents, rounds } = await kills(isQuick)
    return judge(incidents.length, rounds, (count) => count === 0)
  }),
  row('kill -9 rounds while writing, slowest restart', '< 2000', 'ms', async (isQuick) => {
    const { slowestRestartMs, rounds } = await kills(isQuick)
    return judge(slowestRestartMs, rounds, (ms) => ms < 2_000)
  }),
  ...['sealed-frame', 'cbor', 'head', 'heads', 'rpc'].map((format) =>
    row(`mutated inputs accepted, crashing or costing too many steps: ${format}`, '0', 'inputs', async (isQuick) => {
      const { accepted, crashes, isSound, rounds } = mutateInputs(format, isQuick ? 10_000 : 100_000)
      return judge(accepted + crashes, rounds, () => isSound)
    }),
  ),
  row('trusted core: crypto, frame checks and guard, minified', '< 55000', 'B', async () => {
    const { ownBytes } = await measureTrustedCore()
    return judge(ownBytes, 1, (bytes) => bytes < 55_000)
  }),
  row("page's first load before sync code: markup, scripts and styles, gzipped", '<= 60000', 'B', async () =>
    judge(firstLoadBytes(join(root, 'control-plane/dist')), 1, (bytes) => bytes <= 60_000),
  ),
]

interface Locksteps {
  readonly plainUs: number
  readonly sealedUs: number
  readonly n: number
}

/** The two paths by turns, so that a busy machine slows down both alike; the median of the rounds. */
async function measureLocksteps(rounds: number, edits: number): Promise<Locksteps> {
  const plainUs: number[] = []
  const sealedUs: number[] = []
  for (let round = 0; round < rounds; round++) {
    plainUs.push(await measureLockstep('plain', edits))
    sealedUs.push(await measureLockstep('sealed', edits))
  }
  return { plainUs: median(plainUs), sealedUs: median(sealedUs), n: rounds * edits }
}
