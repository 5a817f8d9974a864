/** What stands where a secret stood. */
export const REDACTED = '[redacted]'

interface Shape {
  readonly pattern: RegExp
  readonly keep: number
}

/**
 * What secrets of CloudOS look like in text. Links hold the secret of a pairing; long runs of hex or base64url are keys, seeds or
 * signatures (ids have 32 digits and stay); twelve plain words in a row are a recovery phrase; and values named as secrets are.
 */
const SHAPES: readonly Shape[] = [
  { pattern: /cloudos:pair\?[A-Za-z0-9_-]+/g, keep: 'cloudos:pair?'.length },
  { pattern: /#open=[A-Za-z0-9_-]+/g, keep: '#open='.length },
  { pattern: /\b[0-9a-fA-F]{48,}\b/g, keep: 0 },
  { pattern: /[A-Za-z0-9+/_-]{43,}={0,2}/g, keep: 0 },
  { pattern: /\b(?:[a-z]{3,8}[ ,·]+){11,}[a-z]{3,8}\b/g, keep: 0 },
  {
    pattern:
      /(?<=\b(?:authorization|bearer|token|secret|password|passphrase|seed|cookie)["']?\s*[:= ]\s*["']?)[^\s"',}]{6,}/gi,
    keep: 0,
  },
]

/** The same text without what must never be kept or sent: also for text of which nobody knows what it holds. */
export function redact(text: string): string {
  let safe = text
  for (const { pattern, keep } of SHAPES)
    safe = safe.replace(pattern, (found) => (isPath(found) ? found : found.slice(0, keep) + REDACTED))
  return safe
}

/** A path is long too, and its slashes belong to base64: short pieces without what else belongs to it. */
function isPath(found: string): boolean {
  const pieces = found.split('/')
  return pieces.length > 2 && !/[+=]/.test(found) && pieces.every((piece) => piece.length < 32)
}
