import type { DeviceId } from '@cloudos/protocol/ids'
import type { Rng } from '@cloudos/protocol/ports'
import { deviceIdFrom } from './derive.ts'
import { createSigner } from './signature.ts'
import type { Signer } from './signature.ts'

/** The three secrets a device keeps. They open what was sealed to it, so they lie in the OS keychain or a 0600 file, sealed where possible. */
export interface DeviceSeeds {
  readonly signSeed: Uint8Array
  readonly boxSecret: Uint8Array
  readonly peerSeed: Uint8Array
}

/** A device as it uses itself. No root power and no vault key, ever. */
export interface DeviceIdentity {
  readonly deviceId: DeviceId
  readonly signer: Signer
  /** X25519; opens the epoch keys sealed to this device (`unsealKey`). */
  readonly boxSecret: Uint8Array
  /** The Ed25519 seed of the libp2p peer id, and of nothing else. */
  readonly peerSeed: Uint8Array
}

export function createDeviceSeeds(rng: Rng): DeviceSeeds {
  return { signSeed: rng.bytes(32), boxSecret: rng.bytes(32), peerSeed: rng.bytes(32) }
}

/** The seeds are copied; wipe yours. */
export function deviceIdentityFrom(seeds: DeviceSeeds): DeviceIdentity {
  const signer = createSigner(seeds.signSeed)
  return {
    deviceId: deviceIdFrom(signer.publicKey),
    signer,
    boxSecret: new Uint8Array(seeds.boxSecret),
    peerSeed: new Uint8Array(seeds.peerSeed),
  }
}
