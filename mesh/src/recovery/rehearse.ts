import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ChainKey, DocId, EpochId, Hash } from '@cloudos/protocol/ids'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { coveredBy } from '../copy/packs.ts'
import type { StoredCopy } from '../copy/read-copy.ts'
import { takeCopy } from '../copy/take-copy.ts'
import type { Profile } from '../profile.ts'
import type { Replica } from '../replica.ts'
import type { SealedDoc } from '../sealed-doc.ts'
import { profileStateHash, stateHash } from '../state-hash.ts'
import { readerFrom } from './reader.ts'
import { hashAt, seqsOf, startScratch } from './scratch.ts'
import type { Reach, ScratchParts } from './scratch.ts'

export interface RehearsalParts {
  /** As it lies on the medium now. */
  readonly copy: StoredCopy
  /** Of the vault on that medium: the device's own keys are not used. */
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
  /** What the copy is held against. */
  readonly profile: Profile
  /** A name for the medium. */
  readonly medium: string
  readonly clock: Clock
  readonly rng: Rng
}

/** A copy that opened whole, and says what the profile says as far as it goes. */
export interface Rehearsed {
  /** Of the documents as the copy has them. */
  readonly stateHash: Hash
  readonly documents: number
  readonly edits: number
  /** Edits of the profile that the copy has not got yet. */
  readonly notSaved: number
}

/**
 * Brings a copy back into a scratch profile in memory, with the vault's keys alone, and holds every document against the one in use at the
 * copy's own heads: what was edited since is counted and is no damage. Throws `CloudError` 'copy-damaged', naming the objects that are.
 */
export async function rehearse(parts: RehearsalParts): Promise<Rehearsed> {
  const { copy, keyByEpoch, medium, clock, rng } = parts
  const membership = await readerFrom(copy.state, keyByEpoch, rng)
  if (!membership.ok) throw damaged('its log has no epoch', 'authority')
  const refused = new Set<string>()
  const scratchParts: ScratchParts = {
    membership: membership.value,
    clock,
    rng,
    onIncident: (incident) => {
      if (incident.kind === 'frame-refused') refused.add(`${incident.docId} (${incident.reason})`)
    },
  }
  const scratch = startScratch(scratchParts)
  try {
    const taken = await takeCopy(copy, scratch, medium)
    const [pack] = taken.damaged
    if (pack !== undefined)
      throw damaged(`${count(taken.damaged.length, 'pack')} cannot be read, first ${pack}`, 'pack')
    checkWhole(copy, scratch, refused)
    return await compare(parts, scratch, scratchParts)
  } finally {
    await scratch.close()
  }
}

/** How far the index of a copy says that its chains go; those of a removed device count up to their cut. */
export function reachOfCopy(copy: Pick<StoredCopy, 'packs' | 'snapshots'>): Reach {
  const covered = coveredBy(copy)
  const reach = new Map<DocId, Map<ChainKey, number>>()
  const inSnapshots = copy.snapshots.flatMap(({ docId, covers }) =>
    [...covers.keys()].map((chain) => ({ docId, chain })),
  )
  for (const { docId, chain } of [...inSnapshots, ...copy.packs.flatMap(({ spans }) => spans)]) {
    const chains = reach.get(docId) ?? new Map<ChainKey, number>()
    reach.set(docId, chains.set(chain, covered(docId, chain)))
  }
  return reach
}

function checkWhole(copy: StoredCopy, scratch: Replica, refused: ReadonlySet<string>): void {
  const docById = new Map(scratch.docs().map((doc) => [doc.docId, doc]))
  for (const [docId, chains] of reachOfCopy(copy))
    for (const [chain, seq] of chains) {
      const due = Math.min(seq, scratch.membership.cut(docId, chain) ?? Infinity)
      const got = docById.get(docId)?.heads().get(chain)?.seq ?? 0
      if (got >= due) continue
      const why = [...refused].find((one) => one.startsWith(docId)) ?? docId
      throw damaged(`document ${why} ends at edit ${String(got)} of ${String(due)} of a device`, 'document')
    }
}

async function compare({ profile }: RehearsalParts, scratch: Replica, parts: ScratchParts): Promise<Rehearsed> {
  const live = new Map(profile.replica.docs().map((doc) => [doc.docId, doc]))
  const ownParts = { ...parts, membership: profile.membership }
  const hashByDoc = new Map<DocId, Hash>()
  let edits = 0
  let saved = 0
  for (const doc of scratch.docs()) {
    edits += editsOf(doc)
    if (doc.frameCount > 0) hashByDoc.set(doc.docId, stateHash(doc.ydoc))
    const own = live.get(doc.docId)
    if (own === undefined) continue
    const common = commonOf(doc, own)
    saved += [...common.values()].reduce((sum, seq) => sum + seq, 0)
    const [there, here] = [await hashAt(doc, common, parts), await hashAt(own, common, ownParts)]
    // What was compacted since cannot be read as it was then; that it opened whole is known all the same.
    if (there !== undefined && here !== undefined && there !== here)
      throw damaged(`document ${doc.docId} says something else than the profile did then`, 'document')
  }
  const all = [...live.values()].reduce((sum, doc) => sum + editsOf(doc), 0)
  return {
    stateHash: profileStateHash(hashByDoc),
    documents: hashByDoc.size,
    edits,
    notSaved: Math.max(0, all - saved),
  }
}

function editsOf(doc: SealedDoc): number {
  return [...seqsOf(doc).values()].reduce((sum, seq) => sum + seq, 0)
}

/** As far as both have come: another device may have saved there what has not come here yet. */
function commonOf(one: SealedDoc, other: SealedDoc): ReadonlyMap<ChainKey, number> {
  const seqs = seqsOf(other)
  return new Map([...seqsOf(one)].map(([chain, seq]) => [chain, Math.min(seq, seqs.get(chain) ?? 0)]))
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`
}

function damaged(what: string, part: string): CloudError {
  return new CloudError(
    'copy-damaged',
    `The copy is damaged (its ${part}): ${what}. The profile in use was not touched. What of it lies on this device is written there again; test it once more, and add another copy.`,
  )
}
