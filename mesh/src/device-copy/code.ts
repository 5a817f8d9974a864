import { hashFor } from '@cloudos/crypto/hash'
import { base32 } from '@cloudos/protocol/base-text'
import { concatBytes, equalBytes } from '@cloudos/protocol/bytes'

/** 128 random bits, and as many of their hash as make a slip of the pen show before anything is sent. */
const SECRET_BYTES = 16
const CHECK_BYTES = 2
const GROUP = 5

/** As a person reads it off one screen and types it into another: `k7zq2-…`, 29 symbols in groups of five. */
export function codeText(secret: Uint8Array): string {
  const symbols = base32.encode(concatBytes(secret, checkOf(secret)))
  return (symbols.match(new RegExp(`.{1,${String(GROUP)}}`, 'g')) ?? []).join('-')
}

/** The secret in what was typed, in either case and with any spacing. `undefined` for what no device has shown: a slip. */
export function findCode(text: string): Uint8Array | undefined {
  // The alphabet has no 0, 1 and 8: whoever types one has read a letter so.
  const symbols = text
    .toLowerCase()
    .replace(/[\s-]/g, '')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('8', 'b')
  const bytes = base32.find(symbols)
  if (bytes?.length !== SECRET_BYTES + CHECK_BYTES) return undefined
  const secret = bytes.slice(0, SECRET_BYTES)
  return equalBytes(bytes.subarray(SECRET_BYTES), checkOf(secret)) ? secret : undefined
}

function checkOf(secret: Uint8Array): Uint8Array {
  return hashFor('device-code', secret).subarray(0, CHECK_BYTES)
}
