import { hostname, networkInterfaces } from 'node:os'

const PATTERNS = [
  /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g,
  /\/(?:ip4|ip6|dns4|dns6|dnsaddr|p2p|p2p-circuit)\/[\w.:-]+/g,
  /[\w.+-]{2,}@[\w-]{2,}(?:\.[\w-]+)*\.[a-z]{2,}/g,
  /12D3KooW[1-9A-HJ-NP-Za-km-z]{20,}/g,
]
/** The author of our commits, alike for everybody: an address that is none (RFC 6761). */
const NOBODY = /@[\w.-]+\.invalid$/

/** What looks like an address of a machine or a person in these bytes, or is one of this machine's. */
export function findAddresses(bytes: Buffer): readonly string[] {
  const text = bytes.toString('latin1')
  const matches = PATTERNS.flatMap((pattern) => text.match(pattern) ?? []).filter((found) => !NOBODY.test(found))
  const own = [hostname(), ...Object.values(networkInterfaces()).flatMap((some) => some?.map(({ mac }) => mac) ?? [])]
  return [...new Set([...matches, ...own.filter((name) => name.length > 3 && text.includes(name))])]
}
