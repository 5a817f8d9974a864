const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** "3 minutes ago", "in 2 days"; "just now" within a minute. */
export function agoFrom(thenMs: number, nowMs: number, locale = 'en'): string {
  const distanceMs = thenMs - nowMs
  for (const [unit, unitMs] of UNITS) {
    const count = Math.trunc(distanceMs / unitMs)
    if (count !== 0) return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(count, unit)
  }
  return 'just now'
}

/** A day, for what is not of today. */
export function dayText(ms: number): string {
  return new Date(ms).toLocaleDateString(undefined, { dateStyle: 'medium' })
}

export function dateTimeText(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

/** "9:41": minutes and seconds left, never below zero. */
export function countdownText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000))
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`
}
