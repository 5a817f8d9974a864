/** What stands where a secret stood. */
export const REDACTED = '[redacted]'

interface Shape {
  readonly pattern: RegExp
  readonly keep: number
  /** Of what has the shape, what is none all the same. */
  readonly isInnocent?: (found: string) => boolean
}

const NAMES =
  'authorization|bearer|token|secret|password|passwort|passwd|passphrase|phrase|mnemonic|seed|cookie|credential|api[-_]?key|access[-_]?key|private[-_]?key|epoch[-_]?key'
/** `secretKey` and `client_secret`, but not `tokenId`: ids are no secrets. */
const NAME = `(?:[\\w-]*(?:${NAMES})[\\w-]*)(?<!id|ids)`
const SECRET_NAME = new RegExp(`^${NAME}$`, 'i')

/**
 * What secrets of CloudOS look like in text. Links hold the secret of a pairing; long runs of hex or base64 are keys, seeds, tokens or
 * signatures (ids have 32 digits and stay), and so are long rows of bytes, as Node shows them; twelve plain words in a row are a recovery
 * phrase; addresses may hold a password; and values named as secrets are, between whatever quotes they stand.
 */
const SHAPES: readonly Shape[] = [
  { pattern: /cloudos:pair\?[A-Za-z0-9_-]+/g, keep: 'cloudos:pair?'.length },
  { pattern: /#open=[A-Za-z0-9_-]+/g, keep: '#open='.length },
  { pattern: /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g, keep: 0 },
  {
    pattern: new RegExp(`(?<=\\b${NAME}\\\\{0,9}["'\`]?\\s{0,9}[:=]\\s{0,9})(\\\\{0,9}["'\`])[^]*?(?<!\\\\)\\1`, 'gi'),
    keep: 0,
  },
  {
    pattern: new RegExp(
      `(?<=\\b${NAME}\\s{0,9}[:=]\\s{0,9})(?!\\[redacted)(?:(?:bearer|basic)\\s+)?[^\\s"'\`,}]+`,
      'gi',
    ),
    keep: 0,
  },
  { pattern: /(?<=\b(?:bearer|token|secret|password|passphrase|seed|cookie) )[^\s"',}]{6,}/gi, keep: 0 },
  { pattern: /\b[0-9a-fA-F]{48,}\b/g, keep: 0 },
  { pattern: /\b(?:[0-9a-fA-F]{2}[ :]){15,}[0-9a-fA-F]{2}\b/g, keep: 0 },
  { pattern: /\b(?:\d{1,3}\s*,\s*){15,}\d{1,3}\b/g, keep: 0 },
  { pattern: /(?:\\{0,9}"\d+\\{0,9}":\s*\d{1,3},\s*){15,}\\{0,9}"\d+\\{0,9}":\s*\d{1,3}/g, keep: 0 },
  { pattern: /\bgh[a-z]_[A-Za-z0-9]{20,}/g, keep: 0 },
  { pattern: /[A-Za-z0-9+/_-]{40,}={0,2}/g, keep: 0, isInnocent: isNameOrPath },
  // Whatever parts the words: a list, numbers, the quotes and escapes of JSON and of Node.
  { pattern: /(?<![a-z])(?:[a-z]{3,8}(?:[\s,·"'`+]|\\[nrt]?|\d{1,2}[.)])+){11,}[a-z]{3,8}(?![a-z])/g, keep: 0 },
]

/** The same text without what must never be kept or sent: also for text of which nobody knows what it holds. */
export function redact(text: string): string {
  let safe = text
  for (const { pattern, keep, isInnocent } of SHAPES)
    safe = safe.replace(pattern, (found) => (isInnocent?.(found) === true ? found : found.slice(0, keep) + REDACTED))
  return safe
}

/** Whether what goes by this name is never shown, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** From here on everything is taken for a key of 32 bytes, if it is no path. */
const KEY_DIGITS = 43
/** In base64 every second or third sign is of another kind than the one before; in names hardly any. */
const MIXED = 0.35

/** A path is long too, and its slashes belong to base64: short pieces without what else belongs to it. */
function isNameOrPath(found: string): boolean {
  const pieces = found.split('/')
  const isPath = pieces.length > 2 && !/[+=]/.test(found) && pieces.every((piece) => piece.length < 32)
  return (isPath || found.length < KEY_DIGITS) && mixedness(found) < MIXED
}

function mixedness(text: string): number {
  const kinds = text
    .replaceAll(/[a-z]/g, 'a')
    .replaceAll(/[A-Z]/g, 'A')
    .replaceAll(/\d/g, '0')
    .replaceAll(/[^aA0]/g, ' ')
  const pairs = Array.from({ length: kinds.length - 1 }, (_, i) => kinds.slice(i, i + 2)).filter(
    (pair) => !pair.includes(' '),
  )
  return pairs.filter(([one, other]) => one !== other).length / Math.max(1, pairs.length)
}
