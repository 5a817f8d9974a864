import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { deviceIdFrom } from '@cloudos/crypto/derive'
import { createWebCryptoSigner } from '@cloudos/crypto/signature'
import type { Rng } from '@cloudos/protocol/ports'
import type { KeptKeys } from './keep.ts'

/** Keys for this browser as a device. The signing key never leaves the browser's own store where it can hold one. */
export async function createDeviceKeys(rng: Rng): Promise<KeptKeys> {
  const { signSeed, boxSecret, peerSeed } = createDeviceSeeds(rng)
  const signing = (await makeSigningPair()) ?? signSeed
  return { signing, boxSecret, peerSeed }
}

export async function identityFrom({ signing, boxSecret, peerSeed }: KeptKeys): Promise<DeviceIdentity> {
  if (signing instanceof Uint8Array) return deviceIdentityFrom({ signSeed: signing, boxSecret, peerSeed })
  const signer = await createWebCryptoSigner(signing)
  return { deviceId: deviceIdFrom(signer.publicKey), signer, boxSecret, peerSeed }
}

/** `undefined` where the browser does not know Ed25519 yet. */
async function makeSigningPair(): Promise<CryptoKeyPair | undefined> {
  try {
    const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    return 'privateKey' in pair ? pair : undefined
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'NotSupportedError') return undefined
    throw cause
  }
}
