import {
  encodeAuthorityEntry,
  encodeSignedEntry,
  parseSignedEntry,
  recoveryConsentPayload,
} from '@cloudos/protocol/authority'
import type { AuthorityEntry, SignedEntry } from '@cloudos/protocol/authority'
import type { Hash } from '@cloudos/protocol/ids'
import { hashId } from './hash.ts'
import { signFor, verifyFor } from './signature.ts'
import type { Signer } from './signature.ts'

declare const verified: unique symbol

/** An entry that `signer` did sign. Whether that signer may say it, and whether it stands, is for the fold. */
export interface VerifiedEntry extends SignedEntry {
  readonly [verified]: true
  readonly hash: Hash
  /** For a change of the recovery key: the old key, which has agreed. */
  readonly consentKey: Uint8Array | undefined
}

export interface UnsignedEntry {
  readonly hash: Hash
  readonly reason: 'bad-signature' | 'bad-consent'
}

/**
 * The work of the fold that costs: a signature an entry, and one more for a change of the recovery key. Keep what is verified and pass
 * only new entries; `known` are those verified before. A change of the recovery key is `bad-consent` until the entries before it are here.
 */
export async function verifyEntries(
  entries: readonly SignedEntry[],
  known: readonly VerifiedEntry[] = [],
): Promise<{ readonly verified: readonly VerifiedEntry[]; readonly refused: readonly UnsignedEntry[] }> {
  const signed: VerifiedEntry[] = []
  const refused: UnsignedEntry[] = []
  for (const entry of entries) {
    if (await verifyFor(entry.signer, 'authority', entry.payload, entry.signature)) signed.push(brand(entry, undefined))
    else refused.push({ hash: hashId(entry.hashedBytes), reason: 'bad-signature' })
  }
  const recoveryKeyAfter = new Map<Hash, Uint8Array | undefined>()
  const verified: VerifiedEntry[] = []
  const isNew = new Set(signed)
  for (const entry of [...known, ...signed].sort((a, b) => a.entry.seq - b.entry.seq)) {
    const before = recoveryKeyAfter.get(entry.entry.prev)
    const consentKey = isNew.has(entry) ? await findConsent(entry.entry, before) : entry.consentKey
    if (entry.entry.body.kind === 'recovery-rotate' && consentKey === undefined) {
      refused.push({ hash: entry.hash, reason: 'bad-consent' })
      continue
    }
    recoveryKeyAfter.set(entry.hash, recoveryKeyOf(entry) ?? before)
    if (isNew.has(entry)) verified.push({ ...entry, consentKey })
  }
  return { verified, refused }
}

/** Throws on an entry that nobody could parse. */
export async function signEntry(
  signer: Signer,
  entry: AuthorityEntry,
  consentKey?: Uint8Array,
): Promise<VerifiedEntry> {
  const payload = encodeAuthorityEntry(entry)
  const signature = await signFor(signer, 'authority', payload)
  const parsed = parseSignedEntry(encodeSignedEntry(payload, signer.publicKey, signature))
  if (!parsed.ok) throw new RangeError('not an entry: ' + parsed.error)
  return brand(parsed.value, consentKey)
}

function brand(entry: SignedEntry, consentKey: Uint8Array | undefined): VerifiedEntry {
  return { ...entry, hash: hashId(entry.hashedBytes), consentKey } as VerifiedEntry
}

function recoveryKeyOf({ entry: { body } }: SignedEntry): Uint8Array | undefined {
  if (body.kind === 'genesis') return body.recoveryPublicKey
  return body.kind === 'recovery-rotate' ? body.newRecoveryPublicKey : undefined
}

/** Only the key in force just before can consent: trying every key ever named would let a flood of entries cost its square. */
async function findConsent(entry: AuthorityEntry, inForce: Uint8Array | undefined): Promise<Uint8Array | undefined> {
  const { body } = entry
  if (body.kind !== 'recovery-rotate' || inForce === undefined) return undefined
  const payload = recoveryConsentPayload(entry.profileId, entry.prev, body.newRecoveryPublicKey)
  return (await verifyFor(inForce, 'authority', payload, body.consent)) ? inForce : undefined
}
