import type { MediumView, SafetyView } from '@cloudos/protocol/storage-commands'

/** Saved or safe, and by what; `ownDomain` is what the device's own disk is lost with. */
export function safetyText({ isSafe, domains }: SafetyView, ownDomain: string | undefined): string {
  const held = domains.map((domain) => said(domain, ownDomain)).join(', ')
  if (isSafe)
    return `Saved, and safe: ${String(domains.length)} places that are not lost together hold everything (${held}).`
  return domains.length === 0
    ? 'Saved on its disk; no place has shown yet that it holds everything.'
    : `Saved, not yet safe: everything is lost together with ${held}.`
}

/** What is still there once a copy is given up. */
export function leftText(medium: MediumView, media: readonly MediumView[], { domains }: SafetyView): string {
  const ownDomain = media.find(({ kind }) => kind === 'device')?.failureDomain
  const isHeldTwice = media.some(
    ({ mediumId, failureDomain, state, behind }) =>
      mediumId !== medium.mediumId && failureDomain === medium.failureDomain && state === 'kept' && behind === 0,
  )
  const left = domains.filter((domain) => isHeldTwice || domain !== medium.failureDomain)
  if (left.length > 1) return `${String(left.length)} places that are not lost together still hold everything.`
  return left.length === 1
    ? `After that everything is lost together with ${left.map((domain) => said(domain, ownDomain)).join('')}: it is no longer safe.`
    : 'After that no other place is known to hold everything.'
}

function said(domain: string, ownDomain: string | undefined): string {
  if (domain === ownDomain) return 'the disk of this device'
  return /^disk \d+$/.test(domain) ? 'another disk' : domain
}
