import type { AuthorityBody } from '@cloudos/protocol/authority-body'
import { equalBytes } from '@cloudos/protocol/bytes'
import type { Hash, ProfileId } from '@cloudos/protocol/ids'
import { profileIdFrom } from './derive.ts'
import type { VerifiedEntry } from './verified-entry.ts'

export type EntryRefusal =
  | 'other-profile'
  /** An entry before it has not come yet. */
  | 'missing-ancestor'
  | 'refused-ancestor'
  | 'bad-seq'
  | 'bad-signer'

export interface RefusedEntry<Reason extends string> {
  readonly hash: Hash
  readonly reason: Reason
}

/** Two entries for one place. `by` is what decided; `hash` and a rotation on both sides decide nothing that a thief could not bend. */
export interface Fork {
  readonly seq: number
  readonly kept: Hash
  readonly lost: Hash
  readonly by: 'recovery' | 'memory' | 'rotation' | 'hash'
}

export interface AuthorityPath {
  /** From the genesis to the tip; empty without a genesis. */
  readonly path: readonly VerifiedEntry[]
  /** Entries that were in order where they stand, on branches that lost; by seq, then hash. */
  readonly strays: readonly VerifiedEntry[]
  readonly forks: readonly Fork[]
  readonly refused: readonly RefusedEntry<EntryRefusal>[]
}

/**
 * Which of the entries stand. Depends on the set of entries and on `keyChangesSeen`, never on their order.
 *
 * A whole branch outranks another, not an entry its sibling: a thief of the root key could otherwise fork below the owner's
 * recovery, where no recovery entry competes. Stronger is the branch with a recovery-signed entry; then one with a key change this
 * reader has seen before; then one that changes the root; then the one whose first entry has the lower hash. The second rule is
 * what leaves a replaced root powerless: it can still sign a rival change of itself, and no set of signatures tells which came first.
 */
export function findPath(
  profileId: ProfileId,
  entries: readonly VerifiedEntry[],
  keyChangesSeen: ReadonlySet<Hash>,
): AuthorityPath {
  const { nodes, refused } = connect(profileId, entries)
  for (const node of nodes.toReversed()) {
    node.children.sort(byStrength)
    node.strength = ownStrength(node, keyChangesSeen) | (node.children[0]?.strength ?? 0)
  }
  const firsts = nodes.filter(({ parent }) => parent === undefined).sort(byStrength)
  const path: VerifiedEntry[] = []
  const forks: Fork[] = []
  for (let rivals = firsts, node = rivals[0]; node !== undefined; rivals = node.children, node = rivals[0]) {
    path.push(node.entry)
    forks.push(...forksBetween(node, rivals.slice(1)))
  }
  const standing = new Set(path)
  const strays = nodes.map(({ entry }) => entry).filter((entry) => !standing.has(entry))
  return { path, strays, forks, refused }
}

interface Keys {
  readonly rootPublicKey: Uint8Array
  readonly recoveryPublicKey: Uint8Array
}

interface Node {
  readonly entry: VerifiedEntry
  readonly parent: Node | undefined
  readonly children: Node[]
  /** In force after this entry. */
  readonly keys: Keys
  /** Of the best branch from here on. */
  strength: number
}

const BY_RECOVERY = 4
const BY_MEMORY = 2
const BY_ROTATION = 1

/** By seq, then hash, so that an entry comes after those before it. */
function connect(
  profileId: ProfileId,
  entries: readonly VerifiedEntry[],
): { nodes: readonly Node[]; refused: readonly RefusedEntry<EntryRefusal>[] } {
  const entryByHash = new Map(entries.map((entry) => [entry.hash, entry]))
  const nodeByHash = new Map<Hash, Node>()
  const refused: RefusedEntry<EntryRefusal>[] = []
  for (const entry of [...entryByHash.values()].sort(bySeqThenHash)) {
    const parent = nodeByHash.get(entry.entry.prev)
    const keys = keysAfter(entry.entry.body, parent?.keys)
    const reason = findRefusal(profileId, entry, entryByHash.get(entry.entry.prev), parent)
    if (reason !== undefined || keys === undefined) {
      refused.push({ hash: entry.hash, reason: reason ?? 'refused-ancestor' })
      continue
    }
    const node: Node = { entry, parent, children: [], keys, strength: 0 }
    nodeByHash.set(entry.hash, node)
    parent?.children.push(node)
  }
  return { nodes: [...nodeByHash.values()], refused }
}

function keysAfter(body: AuthorityBody, before: Keys | undefined): Keys | undefined {
  if (body.kind === 'genesis') return body
  if (before === undefined) return undefined
  if (body.kind === 'root-rotate') return { ...before, rootPublicKey: body.newRootPublicKey }
  if (body.kind === 'recovery-rotate') return { ...before, recoveryPublicKey: body.newRecoveryPublicKey }
  return before
}

function findRefusal(
  profileId: ProfileId,
  entry: VerifiedEntry,
  before: VerifiedEntry | undefined,
  parent: Node | undefined,
): EntryRefusal | undefined {
  const { body, seq, profileId: named } = entry.entry
  if (named !== profileId) return 'other-profile'
  if (body.kind === 'genesis') {
    if (profileIdFrom(body.rootPublicKey, body.recoveryPublicKey) !== profileId) return 'other-profile'
    return equalBytes(entry.signer, body.rootPublicKey) ? undefined : 'bad-signer'
  }
  if (before === undefined) return 'missing-ancestor'
  if (before.entry.seq + 1 !== seq) return 'bad-seq'
  if (parent === undefined) return 'refused-ancestor'
  return maySign(entry, parent.keys) ? undefined : 'bad-signer'
}

function maySign({ entry, signer, consentKey }: VerifiedEntry, { rootPublicKey, recoveryPublicKey }: Keys): boolean {
  const isRoot = equalBytes(signer, rootPublicKey)
  if (entry.body.kind === 'root-rotate') return isRoot || equalBytes(signer, recoveryPublicKey)
  if (entry.body.kind !== 'recovery-rotate') return isRoot
  return isRoot && consentKey !== undefined && equalBytes(consentKey, recoveryPublicKey)
}

function ownStrength({ entry, parent }: Node, keyChangesSeen: ReadonlySet<Hash>): number {
  const { kind } = entry.entry.body
  if (kind !== 'root-rotate' && kind !== 'recovery-rotate') return 0
  const byRecovery = kind === 'recovery-rotate' || !equalBytes(entry.signer, parent?.keys.rootPublicKey ?? entry.signer)
  return (byRecovery ? BY_RECOVERY : 0) | (keyChangesSeen.has(entry.hash) ? BY_MEMORY : 0) | BY_ROTATION
}

function byStrength(a: Node, b: Node): number {
  return b.strength - a.strength || (a.entry.hash < b.entry.hash ? -1 : 1)
}

function bySeqThenHash(a: VerifiedEntry, b: VerifiedEntry): number {
  return a.entry.seq - b.entry.seq || (a.hash < b.hash ? -1 : 1)
}

function forksBetween(kept: Node, lost: readonly Node[]): readonly Fork[] {
  return lost.map((node) => {
    const decisive = kept.strength & ~node.strength
    const by =
      decisive >= BY_RECOVERY ? 'recovery' : decisive >= BY_MEMORY ? 'memory' : decisive > 0 ? 'rotation' : 'hash'
    return { seq: kept.entry.entry.seq, kept: kept.entry.hash, lost: node.entry.hash, by }
  })
}
