import type { Hash } from '@cloudos/protocol/ids'
import { createSeededRng } from '../../seeded-rng.ts'
import type { SeededRng } from '../../seeded-rng.ts'
import { openWholeJournal, saveToJournal } from '../../suite/journal.ts'
import type { FaultProxy, HttpFault } from '../fault-proxy.ts'
import type { TrialMedium, TrialServer } from './media.ts'
import { connectPlace } from './place.ts'
import { addReports, NO_ROUNDS } from './report.ts'
import type { BrokenRounds } from './report.ts'

const CUTS: readonly HttpFault[] = [
  { kind: 'cut-before' },
  { kind: 'cut-after' },
  { kind: 'truncate' },
  { kind: 'late' },
  { kind: 'answer-after', status: 504 },
]
/** Each round opens all that the rounds before it have left. */
const ROUNDS_PER_MEDIUM = 10

/** Saves whose connection breaks at a drawn request, once or for good; after each the medium is opened by another one. */
export async function runCutRounds(server: TrialServer, rounds: number, seed: number): Promise<BrokenRounds> {
  const rng = createSeededRng(seed)
  let report = NO_ROUNDS
  for (let left = rounds; left > 0; left -= ROUNDS_PER_MEDIUM) {
    await using medium = await server.found()
    report = addReports(report, await cutOneMedium(medium, Math.min(left, ROUNDS_PER_MEDIUM), rng))
  }
  return report
}

async function cutOneMedium({ place, broken }: TrialMedium, rounds: number, rng: SeededRng): Promise<BrokenRounds> {
  if (broken === undefined) throw new Error('there is no connection to cut')
  const { proxy } = broken
  const acknowledged = new Set<Hash>()
  const faults: string[] = []
  const save = async (text: string): Promise<void> => {
    await using store = await connectPlace(broken.place)
    const name = await saveToJournal(store, text)
    if (name !== undefined) acknowledged.add(name)
  }
  await save('first')
  const before = proxy.asked.length
  await save('second')
  const steps = proxy.asked.length - before
  for (let round = 0; round < rounds; round++) {
    cutAt(proxy, rng.below(steps + 1), rng)
    // Whatever it says, and also that it could not even be opened: only what it acknowledged counts.
    await save(`round ${String(round)}`).catch(() => undefined)
    proxy.fault = () => undefined
    if (rng.below(2) === 0) await proxy.deliverLate()
    await using store = await connectPlace(place)
    faults.push(...(await faultsOf(openWholeJournal(store), acknowledged)))
  }
  return { rounds, acknowledged: acknowledged.size, faults }
}

/** At request number `at` from now on; half of the connections do not come back. */
function cutAt(proxy: FaultProxy, at: number, rng: SeededRng): void {
  const fault = CUTS[rng.below(CUTS.length)]
  const isForGood = rng.below(2) === 0
  let asked = 0
  proxy.fault = () => {
    const nth = asked++
    if (nth > at && isForGood) return { kind: 'cut-before' }
    if (nth > at && rng.below(3) === 0) void proxy.deliverLate()
    return nth === at ? fault : undefined
  }
}

/** Why the head does not open, or which acknowledged entries it does not lead to. */
export async function faultsOf(
  opening: Promise<ReadonlySet<Hash>>,
  acknowledged: ReadonlySet<Hash>,
): Promise<readonly string[]> {
  const entries = await opening.catch((cause: unknown) => String(cause))
  if (typeof entries === 'string') return [`did not open: ${entries}`]
  return [...acknowledged].filter((name) => !entries.has(name)).map((name) => `lost: ${name}`)
}
