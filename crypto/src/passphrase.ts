import { argon2id } from 'hash-wasm'
import { utf8 } from '@cloudos/protocol/bytes'
import type { Rng } from '@cloudos/protocol/ports'
import type { PassphraseCost } from '@cloudos/protocol/slot'

/** Argon2id: 64 MiB, three passes. Written into the slot, so that it can grow with machines. */
export function createPassphraseCost(rng: Rng): PassphraseCost {
  return { memoryKiB: 64 * 1024, passes: 3, lanes: 1, salt: rng.bytes(16) }
}

/**
 * 32 bytes that cost an attacker as much per guess as they cost here. The cost must have been parsed: within its bounds it takes up to
 * a gigabyte and minutes. NFKC, so that two keyboards that spell one passphrase differently open the same slot.
 */
export async function stretchPassphrase(passphrase: string, cost: PassphraseCost): Promise<Uint8Array> {
  if (passphrase === '') throw new RangeError('an empty passphrase protects nothing')
  return argon2id({
    password: utf8(passphrase.normalize('NFKC')),
    salt: cost.salt,
    memorySize: cost.memoryKiB,
    iterations: cost.passes,
    parallelism: cost.lanes,
    hashLength: 32,
    outputType: 'binary',
  })
}
