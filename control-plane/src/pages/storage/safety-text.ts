import type { MediumView, SafetyView } from '@cloudos/protocol/storage-commands'

/** Saved or safe, and by what. */
export function safetyText({ isSafe, domains }: SafetyView): string {
  const held = domains.join(', ')
  if (isSafe) return `Saved, and safe in ${String(domains.length)} independent places: ${held}.`
  return domains.length === 0
    ? 'Saved on its disk; no place has shown yet that it holds everything.'
    : `Saved, not yet safe: everything is lost together with ${held}.`
}

/** What is still there once a copy is given up. */
export function leftText(medium: MediumView, media: readonly MediumView[], { domains }: SafetyView): string {
  const isHeldTwice = media.some(
    ({ mediumId, failureDomain, state, behind }) =>
      mediumId !== medium.mediumId && failureDomain === medium.failureDomain && state === 'kept' && behind === 0,
  )
  const left = domains.filter((domain) => isHeldTwice || domain !== medium.failureDomain)
  if (left.length > 1) return `It stays safe in ${String(left.length)} independent places: ${left.join(', ')}.`
  return left.length === 1
    ? `After that everything is lost together with ${left.join('')}: it is no longer safe.`
    : 'After that no other place is known to hold everything.'
}
