import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { CasOutcome } from '@cloudos/protocol/ports'
import { hashOf } from './blob-hash.ts'
import type { Medium, MediumFlush } from './medium.ts'

/** A save on a medium without one step for it: nothing is named before it is there, nothing deleted before nobody names it. */
export async function flushInSteps(medium: Medium, save: MediumFlush, cut: AbortSignal): Promise<CasOutcome> {
  for (const { name, bytes } of save.blobs) {
    const outcome = await medium.writeBlob(name, bytes, cut)
    if (outcome === 'unknown' && !(await isThere(medium, name, cut))) return 'unknown'
  }
  const { name, bytes, expected } = save.head
  const outcome = await medium.casHead(name, bytes, expected, cut)
  if (outcome === 'ok') for (const blob of save.drop) await dropped(medium, blob, cut)
  return outcome
}

async function isThere(medium: Medium, name: Hash, cut: AbortSignal): Promise<boolean> {
  const found = await medium.readBlob(name, cut)
  return found !== undefined && (await hashOf(found)) === name
}

/** The head is written by now: a deletion that fails leaves some bytes behind, and must not make the save look undone. */
async function dropped(medium: Medium, blob: Hash, cut: AbortSignal): Promise<void> {
  if (cut.aborted) return
  try {
    await medium.delete({ kind: 'blob', name: blob }, cut)
  } catch (cause) {
    if (!(cause instanceof CloudError) && !cut.aborted) throw cause
  }
}
