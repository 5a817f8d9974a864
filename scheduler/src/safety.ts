/** One place that keeps the profile, as a device sees it now. */
export interface KeptPlace {
  /** What is lost together with it: a disk, a machine, an account. */
  readonly failureDomain: string
  /** Everything that is saved on the asking device is there, as far as the place has shown. */
  readonly isWhole: boolean
}

export interface Safety {
  /** What holds everything, each once: two places in one of them are lost together. */
  readonly domains: readonly string[]
  /** Whether no single loss takes everything. */
  readonly isSafe: boolean
}

/** Saved is in one place; safe is in as many that cannot be lost together. */
export const SAFE_DOMAINS = 2

export function safetyOf(places: readonly KeptPlace[]): Safety {
  const domains = [...new Set(places.filter(({ isWhole }) => isWhole).map(({ failureDomain }) => failureDomain))].sort()
  return { domains, isSafe: domains.length >= SAFE_DOMAINS }
}

/** What holds when one of them is gone, with all that is in it. */
export function safetyWithoutDomain(places: readonly KeptPlace[], lost: string): Safety {
  return safetyOf(places.filter(({ failureDomain }) => failureDomain !== lost))
}
