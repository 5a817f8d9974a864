import { bytesOf, bytesUpTo, hexOf, id, list, mapOf, text, uint } from './codecs.ts'
import { isDisplayText } from './display-text.ts'
import type { DeviceId, EpochId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, maybeAt, parseRecord, record, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import type { Result } from './result.ts'

/** How to reach one medium again from nothing but the vault. */
export interface MediaRecord {
  readonly label: string
  /** The adapter that understands `settings`: address, account, credential. */
  readonly adapter: string
  readonly settings: Uint8Array
}

/** The owner's secrets, open. Root power: never on a device's disk, in a log or in a CRDT; sealed by crypto/vault.ts. No recovery key. */
export interface Vault {
  readonly rootSeed: Uint8Array
  /** Of every epoch ever, for reading; the newest for those who join. */
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
  readonly secretsKey: Uint8Array
  readonly media: readonly MediaRecord[]
  /** The owner's words for each slot, by the hex of its public key: a slot itself says nothing of whose it is. */
  readonly labelBySlot: ReadonlyMap<string, string>
  /** Of earlier vaults: what another device sealed for itself before a way in was revoked opens with one of these, and is sealed anew. */
  readonly formerSecretsKeys?: readonly Uint8Array[]
  readonly addedMsBySlot?: ReadonlyMap<string, number>
  /** Of the built-in wallet, which the recovery words yield: known from the moment they are written down. */
  readonly walletAddress?: string
  /** On which device a way in lies that is a device's own, such as a key in its keychain. */
  readonly deviceBySlot?: ReadonlyMap<string, DeviceId>
}

export type VaultRefusal = RecordRefusal<Vault> | VersionRefusal

const label = text(LIMITS.deviceNameMaxBytes, isDisplayText)
const key = bytesOf(32)

const vaultCodec = versionedRecord<Vault>(1, {
  rootSeed: at(2, key),
  keyByEpoch: at(3, mapOf(id('EpochId'), key, { max: LIMITS.vaultMaxEpochs })),
  secretsKey: at(4, key),
  media: at(
    5,
    list(
      record<MediaRecord>({
        label: at(1, label),
        adapter: at(2, text(LIMITS.deviceNameMaxBytes, isDisplayText)),
        settings: at(3, bytesUpTo(LIMITS.mediaSettingsMaxBytes)),
      }),
      { max: LIMITS.mediaMax },
    ),
  ),
  labelBySlot: at(6, mapOf(hexOf(32), label, { max: LIMITS.slotsMax })),
  formerSecretsKeys: maybeAt(7, list(key, { max: LIMITS.formerSecretsKeysMax })),
  addedMsBySlot: maybeAt(8, mapOf(hexOf(32), uint(), { max: LIMITS.slotsMax })),
  walletAddress: maybeAt(
    9,
    text(44, (value) => /^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(value)),
  ),
  deviceBySlot: maybeAt(10, mapOf(hexOf(32), id('DeviceId'), { max: LIMITS.slotsMax })),
})

export function encodeVault(vault: Vault): Uint8Array {
  return encodeRecord(vaultCodec, vault)
}

export function parseVault(bytes: Uint8Array): Result<Vault, VaultRefusal> {
  return parseRecord(vaultCodec, bytes, LIMITS.vaultMaxBytes)
}
