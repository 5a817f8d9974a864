/*
 * Z85 (ZeroMQ RFC 32): four bytes in five characters that JSON, XML and shells leave alone. A rest of one to three bytes is filled up
 * with zeros and takes one character more than it has bytes.
 */

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
const BASE = 85
const GROUP_BYTES = 4
const GROUP_CHARACTERS = 5
const codes = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0))
const NONE = 255
const valueByCode = new Uint8Array(256).fill(NONE)
for (const [value, code] of codes.entries()) valueByCode[code] = value

export function encodeBase85(bytes: Uint8Array): string {
  const groups = Math.ceil(bytes.length / GROUP_BYTES)
  const filled = new Uint8Array(groups * GROUP_BYTES)
  filled.set(bytes)
  const view = new DataView(filled.buffer)
  const text = new Uint8Array(groups * GROUP_CHARACTERS)
  for (let group = 0; group < groups; group++) {
    let value = view.getUint32(group * GROUP_BYTES)
    for (let at = GROUP_CHARACTERS - 1; at >= 0; at--) {
      text[group * GROUP_CHARACTERS + at] = codes[value % BASE] ?? 0
      value = Math.floor(value / BASE)
    }
  }
  return new TextDecoder().decode(text.subarray(0, text.length - (filled.length - bytes.length)))
}

/** `undefined` unless `encodeBase85` could have said this. */
export function findBase85(text: string): Uint8Array<ArrayBuffer> | undefined {
  const groups = Math.ceil(text.length / GROUP_CHARACTERS)
  const missing = groups * GROUP_CHARACTERS - text.length
  const bytes = new Uint8Array(groups * GROUP_BYTES)
  const view = new DataView(bytes.buffer)
  for (let group = 0; group < groups; group++) {
    let value = 0
    for (let at = group * GROUP_CHARACTERS; at < (group + 1) * GROUP_CHARACTERS; at++) {
      // What a rest leaves out is taken for the largest, so that cutting off below rounds down to the bytes that were there.
      const digit = at < text.length ? (valueByCode[text.charCodeAt(at)] ?? NONE) : BASE - 1
      if (digit === NONE) return undefined
      value = value * BASE + digit
    }
    if (value >= 2 ** 32) return undefined
    view.setUint32(group * GROUP_BYTES, value)
  }
  const whole = bytes.subarray(0, Math.max(0, bytes.length - missing))
  const rest = encodeBase85(whole.subarray(Math.max(0, groups - 1) * GROUP_BYTES))
  return text.endsWith(rest) && (rest !== '' || text === '') ? whole : undefined
}
