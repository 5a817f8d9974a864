/** No time of anything here is before this, and nothing lasts so long: 2001. */
const EARLIEST_MS = 1e12

/** A number as a person reads it: its name says the unit. */
export function formatAmount(name: string, value: number): string {
  if (name.endsWith('Ms')) return value >= EARLIEST_MS ? formatTime(value) : formatDuration(value)
  if (name.endsWith('BytesPerS')) return `${formatBytes(value)}/s`
  if (name.endsWith('Bytes')) return formatBytes(value)
  if (name.endsWith('MiB')) return formatBytes(value * 1024 ** 2)
  if (name.endsWith('Permille')) return `${(value / 10).toFixed(1)} %`
  return String(value)
}

/** In UTC, to the second. */
export function formatTime(atMs: number): string {
  const date = new Date(atMs)
  return Number.isNaN(date.getTime()) ? String(atMs) : date.toISOString().slice(0, 19).replace('T', ' ') + 'Z'
}

export function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms.toFixed(0)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = seconds / 60
  if (minutes < 60) return `${Math.floor(minutes).toFixed(0)} min`
  const hours = minutes / 60
  return hours < 48 ? `${Math.floor(hours).toFixed(0)} h` : `${Math.floor(hours / 24).toFixed(0)} days`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const amount = bytes / 1024 ** step
  return `${step === 0 || amount >= 100 ? amount.toFixed(0) : amount.toFixed(1)} ${units[step] ?? ''}`
}
