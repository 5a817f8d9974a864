import { wordlist } from '@scure/bip39/wordlists/english.js'

/** Three of 2,048 words: a person in the middle who tries one pairing has one chance in eight billion to match them. */
export function wordsFrom(transcript: Uint8Array): readonly [string, string, string] {
  const word = (at: number): string => {
    const index = (((transcript[at] ?? 0) << 8) | (transcript[at + 1] ?? 0)) & 0x7ff
    return wordlist[index] ?? ''
  }
  return [word(0), word(2), word(4)]
}
