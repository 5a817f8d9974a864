import { base58 } from '@scure/base'
import { walletSeedFrom } from '@cloudos/crypto/phrase'
import { createSigner } from '@cloudos/crypto/signature'

/** Of the built-in wallet of these words, as Solana spells it. The secret half is made here, used for this alone, and wiped. */
export async function walletAddressOf(phrase: Uint8Array): Promise<string> {
  const seed = await walletSeedFrom(phrase)
  const address = base58.encode(createSigner(seed).publicKey)
  seed.fill(0)
  return address
}
