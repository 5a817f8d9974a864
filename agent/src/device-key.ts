import { createDeviceSeeds } from '@cloudos/crypto/device-identity'
import type { DeviceSeeds } from '@cloudos/crypto/device-identity'
import { sha256 } from '@cloudos/crypto/hash'
import { concatBytes, equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Disk, Rng } from '@cloudos/protocol/ports'

/* On disk, readable by its owner alone: ver1 | sign seed 32 | box secret 32 | peer seed 32 | first 8 bytes of SHA-256 of what is before. */
const FILE = 'device.key'
const VERSION = 1
const SECRETS_BYTES = 1 + 3 * 32
const CHECK_BYTES = 8

/**
 * The secrets of this device: made once, durable before they are used. Throws `CloudError` 'device-key-damaged' rather than make others,
 * for with other keys this would be another device.
 */
export async function openDeviceSeeds(disk: Disk, rng: Rng): Promise<DeviceSeeds> {
  const bytes = await disk.readFile(FILE)
  if (bytes !== undefined) return parseSeeds(bytes)
  const seeds = createDeviceSeeds(rng)
  await disk.writeFile(FILE, encodeSeeds(seeds))
  return seeds
}

function encodeSeeds({ signSeed, boxSecret, peerSeed }: DeviceSeeds): Uint8Array {
  const secrets = concatBytes(Uint8Array.of(VERSION), signSeed, boxSecret, peerSeed)
  return concatBytes(secrets, checkOf(secrets))
}

function parseSeeds(bytes: Uint8Array): DeviceSeeds {
  const secrets = bytes.slice(0, SECRETS_BYTES)
  const whole =
    bytes.length === SECRETS_BYTES + CHECK_BYTES && equalBytes(bytes.subarray(SECRETS_BYTES), checkOf(secrets))
  if (!whole || secrets[0] !== VERSION) {
    throw new CloudError(
      'device-key-damaged',
      `The file ${FILE} in the home of CloudOS is damaged. Nothing was changed. Put it back from a backup; without one, start with CLOUDOS_HOME=/another/folder, pair this machine as a new device and revoke the old one.`,
    )
  }
  const part = (index: number): Uint8Array => secrets.slice(1 + 32 * index, 1 + 32 * (index + 1))
  return { signSeed: part(0), boxSecret: part(1), peerSeed: part(2) }
}

function checkOf(secrets: Uint8Array): Uint8Array {
  return sha256(secrets).subarray(0, CHECK_BYTES)
}
