/** The figures of the profile: what protects it, and how soon it is there. */
import { join } from 'node:path'
import { tryWithoutMedium, tryWithoutWayIn } from '@cloudos/agent/testing/robbery/halves'
import { rob } from '@cloudos/agent/testing/robbery/rob'
import { robProfile } from '@cloudos/agent/testing/robbery/robbed-profile'
import { stealSlot } from '@cloudos/crypto/testing/stolen-slot'
import type { StolenSlotReport } from '@cloudos/crypto/testing/stolen-slot'
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
const robbery = oncePerRun((isQuick) => rob(isQuick ? 1_000 : 10_000, 1))
const robbed = oncePerRun(() => robProfile(1))
const stolenSlots = oncePerRun(async (isQuick) => {
  const thefts: StolenSlotReport[] = []
  for (let seed = 1; seed <= (isQuick ? 20 : 100); seed++) thefts.push(await stealSlot(seed))
  return thefts
})

export const rows: readonly FigureRow[] = [
  row(
    'every dump of a folder medium: words, names, settings, addresses and keys found in it',
    '0',
    'canaries',
    async (isQuick) => {
      const { leaks } = await robbery(isQuick)
      const { canaries } = await robbed(isQuick)
      return judge(leaks.length, canaries.size, (found) => found === 0)
    },
  ),
  row('every dump of a folder medium put back changed: taken for genuine', '0', 'tamperings', async (isQuick) => {
    const { accepted, tamperings } = await robbery(isQuick)
    return judge(accepted.length, tamperings, (taken) => taken === 0)
  }),
  row('medium alone: slots opened by drawn wallets, phrases and passphrases', '0', 'slots', async (isQuick) => {
    const tries = isQuick ? 300 : 3_000
    return judge(await tryWithoutWayIn(await robbed(isQuick), tries), tries, (opened) => opened === 0)
  }),
  ...(['wallet-message', 'phrase', 'passphrase'] as const).map((kind) =>
    row(`${kind} alone: slots opened without what only the medium holds`, '0', 'slots', async (isQuick) => {
      const tries = isQuick ? 100 : 1_000
      return judge(await tryWithoutMedium(await robbed(isQuick), kind, tries), tries, (opened) => opened === 0)
    }),
  ),
  row('an old dump and a revoked way in: anything newer read', '0', 'secrets', async (isQuick) => {
    const thefts = await stolenSlots(isQuick)
    return judge(sum(thefts.map(({ newerRead }) => newerRead)), thefts.length, (read) => read === 0)
  }),
  row('an old dump and a revoked way in: entries signed that others go by', '0', 'entries', async (isQuick) => {
    const thefts = await stolenSlots(isQuick)
    return judge(sum(thefts.map(({ signedInForce }) => signedInForce)), thefts.length, (signed) => signed === 0)
  }),
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

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}
