import { argon2Sync } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import nacl from 'tweetnacl'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import type { SlotKind } from '@cloudos/protocol/slot'
import { encodeVault } from '@cloudos/protocol/vault'
import type { Vault } from '@cloudos/protocol/vault'
import type { EpochId } from '@cloudos/protocol/ids'

/* Builds vectors/slots.json from the words of protocol.md, through none of slots.ts, seal-key.ts and vault.ts. */

export interface SlotVector {
  readonly kind: SlotKind
  /** What the way in gives for this slot. */
  readonly secret: Uint8Array
  readonly slot: Uint8Array
}

export interface SlotVectors {
  readonly profileId: Uint8Array
  readonly vaultKey: Uint8Array
  readonly passphrase: string
  readonly slots: readonly SlotVector[]
  /** The record that the sealed vault holds. */
  readonly vault: Uint8Array
  readonly sealedVault: Uint8Array
}

const profileId = named('profile').slice(0, 16)
const vaultKey = named('vault key')
const passphrase = 'correct horse battery staple'

export function slotVectors(): SlotVectors {
  return {
    profileId,
    vaultKey,
    passphrase,
    slots: [
      slotVector('wallet-message', 1, concatBytes(named('signature R'), named('signature S'))),
      slotVector('phrase', 2, named('phrase')),
      slotVector('passkey', 3, named('prf'), named('credential')),
      slotVector('wallet-memo', 4, concatBytes(named('memo R'), named('memo S'))),
      slotVector('device-keychain', 5, named('keychain')),
      slotVector('passphrase', 6, stretched(), concatBytes(COST, salt)),
      slotVector('built-in-wallet', 7, named('wallet seed')),
    ],
    vault: encodeVault(vault),
    sealedVault: sealedVault(),
  }
}

/** 8 MiB, two passes, one lane. */
const COST = Uint8Array.of(0, 0, 0x20, 0, 2, 1)
const salt = named('salt').slice(0, 16)

function stretched(): Uint8Array {
  const cost = { memory: 8192, passes: 2, parallelism: 1, tagLength: 32 }
  return new Uint8Array(argon2Sync('argon2id', { message: passphrase, nonce: salt, ...cost }))
}

function slotVector(
  kind: SlotKind,
  code: number,
  secret: Uint8Array,
  params: Uint8Array = new Uint8Array(0),
): SlotVector {
  const [nonce, pepper] = [named(`${kind} nonce`).slice(0, 16), named(`${kind} pepper`)]
  const info = concatBytes(utf8('cloudos/v1/kek\0'), Uint8Array.of(code), profileId)
  const keyKey = hkdf(sha256, concatBytes(secret, pepper), nonce, info, 32)
  const commitment = hmac(sha256, keyKey, utf8('cloudos/v1/key-commit\0')).slice(0, 16)
  const slotPublic = nacl.scalarMult.base(hkdf(sha256, keyKey, new Uint8Array(0), utf8('cloudos/v1/slot-key\0'), 32))
  const before = concatBytes(Uint8Array.of(1, code), nonce, pepper, commitment, slotPublic)
  const after = concatBytes(Uint8Array.of(params.length), params)
  const unsealed = sha256(concatBytes(utf8('cloudos/v1/slot\0'), before, new Uint8Array(80), after))
  const context = concatBytes(utf8('vault-key\0'), profileId, unsealed)
  return { kind, secret, slot: concatBytes(before, sealed(kind, context, slotPublic), after) }
}

function sealed(name: string, context: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const ephemeral = nacl.box.keyPair.fromSecretKey(named(`${name} ephemeral`))
  const nonce = sha256(concatBytes(utf8('cloudos/v1/seal\0'), context, ephemeral.publicKey, publicKey)).slice(0, 24)
  return concatBytes(ephemeral.publicKey, nacl.box(vaultKey, nonce, publicKey, ephemeral.secretKey))
}

const vault: Vault = {
  rootSeed: named('root seed'),
  keyByEpoch: new Map([['e0e1e2e3e4e5e6e7' as EpochId, named('epoch key')]]),
  secretsKey: named('secrets key'),
  media: [{ label: 'my repo', adapter: 'github', settings: utf8('{}') }],
  labelBySlot: new Map([['00'.repeat(32), 'the words in the drawer']]),
}

/** ver1 | nonce24 | XChaCha20-Poly1305(u32 length | record | zeros to a Padmé length) */
function sealedVault(): Uint8Array {
  const record = encodeVault(vault)
  const header = concatBytes(Uint8Array.of(1), named('vault nonce').slice(0, 24))
  const plaintext = new Uint8Array(PADDED_VAULT_BYTES)
  new DataView(plaintext.buffer).setUint32(0, record.length)
  plaintext.set(record, 4)
  const associated = concatBytes(utf8('cloudos/v1/vault\0'), profileId, header)
  return concatBytes(header, xchacha20poly1305(vaultKey, header.slice(1), associated).encrypt(plaintext))
}

/** The Padmé length of this vault: see padding.ts. */
const PADDED_VAULT_BYTES = 208

function named(name: string): Uint8Array {
  return sha256(utf8(`slots.json ${name}`))
}
