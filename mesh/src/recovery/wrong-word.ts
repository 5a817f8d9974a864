import { wordlist } from '@scure/bip39/wordlists/english.js'
import { sha256 } from '@cloudos/crypto/hash'
import { PHRASE_BYTES } from '@cloudos/crypto/phrase'

const WORDS = 2 ** 11

/**
 * Of 24 words of the list that do not open something: the place, from 0, of the one word with another in whose stead `opens` says yes.
 * `undefined` when more than one is wrong, or they are of something else. It tells the place and never the word, and takes whoever asks
 * no further than they could get alone: 23 right words and the sealed thing are enough to find the last.
 */
export async function findWrongWord(
  words: readonly string[],
  opens: (entropy32: Uint8Array) => boolean | Promise<boolean>,
): Promise<number | undefined> {
  const indices = words.map((word) => wordlist.indexOf(word))
  if (indices.length !== 24 || indices.includes(-1)) return undefined
  for (let at = 0; at < indices.length; at++)
    for (let index = 0; index < WORDS; index++) {
      if (index === indices[at]) continue
      const entropy = findEntropy(indices.with(at, index))
      if (entropy === undefined) continue
      const isIt = await opens(entropy)
      entropy.fill(0)
      if (isIt) return at
    }
  return undefined
}

/** As `parsePhrase`, without spelling the words out: this is asked fifty thousand times. */
function findEntropy(indices: readonly number[]): Uint8Array | undefined {
  const bytes = new Uint8Array(PHRASE_BYTES + 1)
  indices.forEach((index, i) => {
    for (let bit = 0; bit < 11; bit++) {
      const place = i * 11 + bit
      if (((index >> (10 - bit)) & 1) === 1) bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (128 >> (place & 7))
    }
  })
  const entropy = bytes.slice(0, PHRASE_BYTES)
  return sha256(entropy)[0] === bytes[PHRASE_BYTES] ? entropy : undefined
}
