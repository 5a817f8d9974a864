import type { SlotWay } from '@cloudos/protocol/slot'
import { hashFor } from '../hash.ts'
import { builtInWalletWay, keychainWay, passkeyWay, passphraseWay, phraseWay, walletWay } from '../way-in.ts'
import type { WayIn } from '../way-in.ts'
import { createDice } from './seeded.ts'
import type { Dice } from './seeded.ts'

export interface SlotCase {
  readonly wayIn: WayIn
  readonly way: SlotWay
}

/** The least that is allowed, so that tests need not wait: never a real cost. */
function cheapCost(dice: Dice) {
  return { memoryKiB: 8 * 1024, passes: 1, lanes: 1, salt: dice.bytes(16) }
}

/** One way in of every kind; two with the same seed are the same, any other are not. */
export function slotCases(seed: number): readonly SlotCase[] {
  const dice = createDice(seed)
  const secrets = [dice.bytes(32), dice.bytes(32), dice.bytes(32), dice.bytes(32)] as const
  const ask = async (nonce: Uint8Array) =>
    Promise.resolve(new Uint8Array([...hashFor('note', secrets[3], nonce), ...secrets[3]]))
  return [
    { wayIn: phraseWay(secrets[0]), way: { kind: 'phrase' } },
    { wayIn: keychainWay(secrets[1]), way: { kind: 'device-keychain' } },
    { wayIn: builtInWalletWay(secrets[2]), way: { kind: 'built-in-wallet' } },
    { wayIn: passphraseWay(`correct horse ${String(seed)}`), way: { kind: 'passphrase', cost: cheapCost(dice) } },
    { wayIn: walletWay('wallet-message', ask), way: { kind: 'wallet-message' } },
    { wayIn: walletWay('wallet-memo', ask), way: { kind: 'wallet-memo' } },
    {
      wayIn: passkeyWay(async (nonce) => (await ask(nonce)).slice(0, 32)),
      way: { kind: 'passkey', credentialHash: dice.bytes(32) },
    },
  ]
}
