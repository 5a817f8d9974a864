import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeed } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { domainPrefix, hkdfSha256 } from './hash.ts'

export const PHRASE_BYTES = 32
const PHRASE_WORDS = 24

/** BIP-39. THE WORDS AND A COPY OF A MEDIUM ARE EVERYTHING: shown once, never stored. `entropy32` is fresh random bytes. */
export function wordsFromPhrase(entropy32: Uint8Array): readonly string[] {
  if (entropy32.length !== PHRASE_BYTES) throw new RangeError('a phrase is 32 bytes')
  return entropyToMnemonic(entropy32, wordlist).split(' ')
}

export type PhraseRefusal =
  | { readonly kind: 'wrong-count'; readonly words: number }
  /** Counted from 0. */
  | { readonly kind: 'unknown-word'; readonly at: number }
  /** All are words of the list, and one of them or their order is wrong. */
  | { readonly kind: 'bad-checksum' }

/** As people type: any case, any spaces. */
export function parsePhrase(text: string): Result<Uint8Array, PhraseRefusal> {
  const words = text.normalize('NFKD').toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length !== PHRASE_WORDS) return err({ kind: 'wrong-count', words: words.length })
  const at = words.findIndex((word) => !wordlist.includes(word))
  if (at >= 0) return err({ kind: 'unknown-word', at })
  const entropy = findEntropy(words.join(' '))
  return entropy === undefined ? err({ kind: 'bad-checksum' }) : ok(entropy)
}

/** The last word's low 8 bits are SHA-256 of the entropy; the library says so only by throwing. */
function findEntropy(mnemonic: string): Uint8Array | undefined {
  try {
    return mnemonicToEntropy(mnemonic, wordlist)
  } catch {
    return undefined
  }
}

/** The seed of the recovery key, whose public half the genesis pins. */
export function recoverySeedFrom(entropy32: Uint8Array): Uint8Array {
  return hkdfSha256(entropy32, new Uint8Array(0), domainPrefix('recovery'), 32)
}

/** The built-in wallet's Ed25519 seed, at m/44'/501'/0'/0' as other Solana wallets have it: its owner may leave with it. */
export async function walletSeedFrom(entropy32: Uint8Array): Promise<Uint8Array> {
  return deriveHardened(await mnemonicToSeed(wordsFromPhrase(entropy32).join(' ')), [44, 501, 0, 0])
}

/** SLIP-0010 for Ed25519, which has hardened steps only. */
export function deriveHardened(seed: Uint8Array, path: readonly number[]): Uint8Array {
  let node = hmac(sha512, utf8('ed25519 seed'), seed)
  for (const step of path) {
    const index = new Uint8Array(4)
    new DataView(index.buffer).setUint32(0, step + 2 ** 31)
    node = hmac(sha512, node.subarray(32), concatBytes(Uint8Array.of(0), node.subarray(0, 32), index))
  }
  return node.slice(0, 32)
}
