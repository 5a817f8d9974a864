import { base58 } from '@scure/base'
import { concatBytes, equalBytes, utf8 } from '@cloudos/protocol/bytes'

/** The program that writes a text into the ledger and does nothing else. */
const MEMO_PROGRAM = base58.decode('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr')
const SIGNATURE_BYTES = 64

/**
 * The message of a Solana transaction with nothing in it but this text, paid by `publicKey`: what a wallet signs that signs no messages.
 * IT IS NEVER SENT, and could not be carried out: its recent blockhash is 32 zero bytes, which no block has. The same text and key give
 * the same bytes.
 */
export function memoMessage(publicKey: Uint8Array, text: string): Uint8Array {
  const memo = utf8(text)
  return concatBytes(
    // One signature; of the keys that do not sign, one is only read: the program.
    Uint8Array.of(1, 0, 1),
    Uint8Array.of(2),
    publicKey,
    MEMO_PROGRAM,
    new Uint8Array(32),
    // One instruction, of the second key, with no accounts.
    Uint8Array.of(1, 1, 0),
    shortLength(memo.length),
    memo,
  )
}

/** With room for the one signature, as wallets are given it. */
export function unsignedTransaction(message: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(1), new Uint8Array(SIGNATURE_BYTES), message)
}

/** `undefined` when what was signed is another transaction: some wallets add fees of their own. Whether the signature holds is not checked. */
export function signatureIn(signed: Uint8Array, message: Uint8Array): Uint8Array | undefined {
  if (signed[0] !== 1 || !equalBytes(signed.subarray(1 + SIGNATURE_BYTES), message)) return undefined
  return signed.slice(1, 1 + SIGNATURE_BYTES)
}

/** Solana's compact-u16. */
function shortLength(length: number): Uint8Array {
  return length < 0x80 ? Uint8Array.of(length) : Uint8Array.of((length & 0x7f) | 0x80, length >> 7)
}
