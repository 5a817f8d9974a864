/** The figures of the profile: what protects it, and how soon it is there. */
import { join } from 'node:path'
import { measureLiveGraphs } from '@cloudos/e2e/figures/live-graphs'
import { measureAppearing, measureLettingGo } from '@cloudos/e2e/figures/new-device'
import { measureLockedLoad, measureUsable } from '@cloudos/e2e/figures/page-start'
import { median } from '@cloudos/e2e/figures/statistics'
import { runTheft } from '@cloudos/mesh/testing/theft'
import { judge, oncePerRun, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const root = join(import.meta.dirname, '../..')

const appearing = oncePerRun((isQuick) => measureAppearing(isQuick ? 1 : 5))
const locked = oncePerRun(() => measureLockedLoad(join(root, 'control-plane/dist')))

export const rows: readonly FigureRow[] = [
  row('page opened to usable, profile of 1,000 edits that opens by itself, p50', '< 500', 'ms', async (isQuick) => {
    const tookMs = await measureUsable(1_000, isQuick ? 3 : 15)
    return judge(median(tookMs), tookMs.length, (ms) => ms < 500)
  }),
  row("owner's yes to the new machine shown with what it can do, slowest", '< 2000', 'ms', async (isQuick) => {
    const tookMs = await appearing(isQuick)
    return judge(Math.max(...tookMs), tookMs.length, (ms) => ms < 2_000)
  }),
  row("owner's yes to the removed device alone, slowest", '< 5000', 'ms', async (isQuick) => {
    const tookMs: number[] = []
    for (let round = 0; round < (isQuick ? 1 : 3); round++) tookMs.push(await measureLettingGo())
    return judge(Math.max(...tookMs), tookMs.length, (ms) => ms < 5_000)
  }),
  row('frames of a removed device taken by those who knew, seeds with partitions', '0', 'frames', async (isQuick) => {
    const seeds = isQuick ? 20 : 100
    let laterTaken = 0
    for (let seed = 1; seed <= seeds; seed++) laterTaken += (await runTheft(seed)).laterTaken
    return judge(laterTaken, seeds, (frames) => frames === 0)
  }),
  row('JavaScript of a locked page, gzipped', '<= 130000', 'B', async (isQuick) => {
    const { gzippedBytes } = await locked(isQuick)
    return judge(gzippedBytes, 1, (bytes) => bytes <= 130_000)
  }),
  row('scripts of a locked page with libp2p or Yjs in them', '0', 'files', async (isQuick) => {
    const { heavy } = await locked(isQuick)
    return judge(heavy.length, 1, (files) => files === 0)
  }),
  row('live graphs of 8 devices, of one core in the page', '< 5', '%', async (isQuick) => {
    const forMs = isQuick ? 10_000 : 30_000
    return judge(await measureLiveGraphs(8, forMs), 1, (percent) => percent < 5)
  }),
]
