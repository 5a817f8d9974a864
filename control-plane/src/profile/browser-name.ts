/** "Chrome on Linux", from the browser's own description of itself; good enough to tell one's devices apart. */
export function browserNameFrom(userAgent: string): string {
  const browser = BROWSERS.find(([, sign]) => userAgent.includes(sign))?.[0] ?? 'Browser'
  const system = SYSTEMS.find(([, sign]) => userAgent.includes(sign))?.[0]
  return system === undefined ? browser : `${browser} on ${system}`
}

/** The first sign found names it: later ones are claimed by earlier browsers too. */
const BROWSERS = [
  ['Firefox', 'Firefox/'],
  ['Edge', 'Edg/'],
  ['Opera', 'OPR/'],
  ['Chrome', 'Chrome/'],
  ['Safari', 'Safari/'],
] as const

const SYSTEMS = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['ChromeOS', 'CrOS'],
  ['Windows', 'Windows'],
  ['Mac', 'Macintosh'],
  ['Linux', 'Linux'],
] as const
