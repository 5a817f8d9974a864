/** "41 %"; below one percent one place, for nothing and almost nothing are different news. */
export function percentText(share: number): string {
  const percent = share * 100
  return percent > 0 && percent < 1 ? `${percent.toFixed(1)} %` : `${String(Math.round(percent))} %`
}

/** "11.5 GiB", "512 MiB", "1.8 TiB": three figures, in the unit that keeps them short. */
export function sizeText(mib: number): string {
  if (mib < 1024) return `${String(Math.round(mib))} MiB`
  const [value, unit] = mib < 1024 * 1024 ? [mib / 1024, 'GiB'] : [mib / 1024 / 1024, 'TiB']
  return `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`
}

/** "11.5 of 16.0 GiB" */
export function usedText({ totalMiB, freeMiB }: { readonly totalMiB: number; readonly freeMiB: number }): string {
  const [used, total] = [sizeText(totalMiB - freeMiB), sizeText(totalMiB)]
  const unit = total.slice(total.lastIndexOf(' '))
  return used.endsWith(unit) ? `${used.slice(0, -unit.length)} of ${total}` : `${used} of ${total}`
}

export function usedShare({ totalMiB, freeMiB }: { readonly totalMiB: number; readonly freeMiB: number }): number {
  return totalMiB === 0 ? 0 : (totalMiB - freeMiB) / totalMiB
}

/** "38 kB/s", "1.2 MB/s" */
export function rateText(bytesPerS: number): string {
  if (bytesPerS < 1000) return `${String(Math.round(bytesPerS))} B/s`
  const [value, unit] =
    bytesPerS < 1e6
      ? [bytesPerS / 1e3, 'kB/s']
      : bytesPerS < 1e9
        ? [bytesPerS / 1e6, 'MB/s']
        : [bytesPerS / 1e9, 'GB/s']
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`
}
