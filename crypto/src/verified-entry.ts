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
 * The work of the fold that costs: one signature an entry. Keep what is verified and pass only new entries. `known` are entries
 * verified before; they name the recovery keys that may consent.
 */
export async function verifyEntries(
  entries: readonly SignedEntry[],
  known: readonly VerifiedEntry[] = [],
): Promise<{ readonly verified: readonly VerifiedEntry[]; readonly refused: readonly UnsignedEntry[] }> {
  const signed: SignedEntry[] = []
  const refused: UnsignedEntry[] = []
  for (const entry of entries) {
    if (await verifyFor(entry.signer, 'authority', entry.payload, entry.signature)) signed.push(entry)
    else refused.push({ hash: hashId(entry.hashedBytes), reason: 'bad-signature' })
  }
  const recoveryKeys = [...known, ...signed].flatMap(recoveryKeysOf)
  const verified: VerifiedEntry[] = []
  for (const entry of signed) {
    const consentKey = await findConsent(entry.entry, recoveryKeys)
    if (entry.entry.body.kind === 'recovery-rotate' && consentKey === undefined) {
      refused.push({ hash: hashId(entry.hashedBytes), reason: 'bad-consent' })
    } else verified.push(brand(entry, consentKey))
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

function recoveryKeysOf({ entry }: SignedEntry): readonly Uint8Array[] {
  if (entry.body.kind === 'genesis') return [entry.body.recoveryPublicKey]
  return entry.body.kind === 'recovery-rotate' ? [entry.body.newRecoveryPublicKey] : []
}

async function findConsent(entry: AuthorityEntry, keys: readonly Uint8Array[]): Promise<Uint8Array | undefined> {
  const { body } = entry
  if (body.kind !== 'recovery-rotate') return undefined
  const payload = recoveryConsentPayload(entry.profileId, entry.prev, body.newRecoveryPublicKey)
  for (const key of keys) if (await verifyFor(key, 'authority', payload, body.consent)) return key
  return undefined
}
