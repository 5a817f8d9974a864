import type { SlotKind } from './slot.ts'

/**
 * How many of the ways in are not lost together: the built-in wallet comes from the recovery words, and both are one. `kinds` has a kind
 * once for each way in of it.
 */
export function countIndependentWays(kinds: readonly SlotKind[]): number {
  const isOfWords = (kind: SlotKind): boolean => kind === 'phrase' || kind === 'built-in-wallet'
  return kinds.filter((kind) => !isOfWords(kind)).length + Number(kinds.some(isOfWords))
}
