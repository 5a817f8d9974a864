import { concatBytes } from '@cloudos/protocol/bytes'
import type { Domain } from '@cloudos/protocol/domains'
import { native } from '#native'
import { domainPrefix } from './hash.ts'
import type { MaybePromise, Signer } from './native.ts'
import { hasStrictForm } from './signature-form.ts'

export type { MaybePromise, Signer } from './native.ts'

/** One key, one purpose: a device's signing key, its libp2p key and a wallet are never the same seed. The seed is copied; wipe yours. */
export function createSigner(seed32: Uint8Array): Signer {
  if (seed32.length !== 32) throw new RangeError('an Ed25519 seed is 32 bytes')
  return native.createSigner(seed32)
}

/** For a browser's key that cannot leave it (`extractable: false`): the page may use it, and nothing on the page can carry it away. */
export async function createWebCryptoSigner(pair: CryptoKeyPair): Promise<Signer> {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return {
    publicKey,
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, new Uint8Array(message))),
  }
}

/** Ed25519(label ‖ 0 ‖ payload). `payload` is the exact bytes that travel; it is never encoded again to be checked. */
export function signFor(signer: Signer, domain: Domain, payload: Uint8Array): MaybePromise<Uint8Array> {
  return signer.sign(concatBytes(domainPrefix(domain), payload))
}

/**
 * True when the holder of `publicKey32` signed these bytes for this domain: the cofactorless equation with S below L, the same answer
 * on every platform. Synchronous in Node. It says nothing of who the key belongs to, or whether they may.
 */
export function verifyFor(
  publicKey32: Uint8Array,
  domain: Domain,
  payload: Uint8Array,
  signature: Uint8Array,
): MaybePromise<boolean> {
  if (!hasStrictForm(publicKey32, signature)) return false
  return native.verifyStrictForm(publicKey32, concatBytes(domainPrefix(domain), payload), signature)
}

/** As `verifyFor`, for many at once: on other threads where the platform has some, while this one goes on. */
export async function verifyAside(
  publicKey32: Uint8Array,
  domain: Domain,
  payload: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!hasStrictForm(publicKey32, signature)) return false
  return native.verifyStrictFormAside(publicKey32, concatBytes(domainPrefix(domain), payload), signature)
}

/**
 * FOR A WALLET'S SIGNATURE ONLY, whose message carries no label of ours: every byte of `message` must be what was asked for, or have been
 * read and compared, before this is believed. The same equation as `verifyFor`.
 */
export function verifyWalletMessage(
  publicKey32: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): MaybePromise<boolean> {
  return hasStrictForm(publicKey32, signature) && native.verifyStrictForm(publicKey32, message, signature)
}
