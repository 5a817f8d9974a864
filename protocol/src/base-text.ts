/** Bytes as text of 2^n symbols, without padding. Each value has one spelling: stray symbols and leftover bits are refused. */
export interface BaseText {
  encode(bytes: Uint8Array): string
  /** `undefined` unless `encode` could have said this. */
  find(text: string): Uint8Array | undefined
}

/** For what people may have to read or type (RFC 4648, lower case). */
export const base32 = createBaseText('abcdefghijklmnopqrstuvwxyz234567', 5)
/** For links (RFC 4648). */
export const base64url = createBaseText('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 6)

function createBaseText(alphabet: string, bitsPerSymbol: number): BaseText {
  return {
    encode: (bytes) =>
      regroup(bytes, 8, bitsPerSymbol, true).reduce((text, index) => text + alphabet.charAt(index), ''),
    find: (text) => {
      const indexes = Array.from(text, (symbol) => alphabet.indexOf(symbol))
      if (indexes.includes(-1)) return undefined
      const bytes = Uint8Array.from(regroup(indexes, bitsPerSymbol, 8, false))
      // Symbols beyond the last whole byte, or leftover bits that are set, would be a second spelling.
      const symbols = Math.ceil((bytes.length * 8) / bitsPerSymbol)
      const leftover = symbols * bitsPerSymbol - bytes.length * 8
      const last = indexes.at(-1) ?? 0
      return symbols === indexes.length && last % 2 ** leftover === 0 ? bytes : undefined
    },
  }
}

/** Cuts a row of `fromBits`-bit groups into `toBits`-bit groups; what is left over is filled with zeros or dropped. */
function regroup(groups: Iterable<number>, fromBits: number, toBits: number, isFilled: boolean): number[] {
  const result: number[] = []
  let pending = 0
  let bits = 0
  for (const group of groups) {
    pending = (pending << fromBits) | group
    bits += fromBits
    while (bits >= toBits) {
      bits -= toBits
      result.push(pending >> bits)
      pending &= (1 << bits) - 1
    }
  }
  if (isFilled && bits > 0) result.push(pending << (toBits - bits))
  return result
}
