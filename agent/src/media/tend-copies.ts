import type { CopyKeeper } from '@cloudos/mesh/copy/copy-keeper'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock } from '@cloudos/protocol/ports'
import { dayOf, dueSince } from './scrub-book.ts'
import type { ScrubBook } from './scrub-book.ts'

export interface CopyCare {
  readonly scrubs: ScrubBook
  /** Objects that were damaged or lost in a place have been put right. */
  readonly onMended: (mediumId: string, objects: number) => void
}

const LOOK_EVERY_MS = 3_600_000

export interface TendedCopies {
  readonly keepers: ReadonlyMap<string, CopyKeeper>
  readonly scrubs: ScrubBook
  readonly clock: Clock
}

/** Looks after each copy once a day, until `stopped`: a place that is away has its turn when it is back. */
export async function tendRegularly(copies: TendedCopies, stopped: AbortSignal): Promise<void> {
  const { clock } = copies
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, stopped)
    if (stopped.aborted) return
    await tendCopies(copies)
  }
}

/** One round over all copies whose turn has come. */
export async function tendCopies({ keepers, scrubs, clock }: TendedCopies): Promise<void> {
  for (const [mediumId, keeper] of keepers) {
    const today = dayOf(clock.nowMs())
    const { day = 0 } = scrubs.find(mediumId) ?? {}
    if (day >= today) continue
    try {
      await keeper.tend(dueSince(day, today))
      scrubs.note(mediumId, { day: today, checkedAtMs: clock.nowMs() })
    } catch (cause) {
      // The keeper shows it as the state of the copy; the next look tries again.
      if (!(cause instanceof CloudError)) throw cause
    }
  }
}
