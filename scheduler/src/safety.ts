/** One place that keeps the profile, as a device sees it now. */
export interface KeptPlace {
  /** What is lost together with it: a disk, a machine, an account. */
  readonly failureDomain: string
  /** Everything that is saved on the asking device is there and can be opened there, as far as the place has shown. */
  readonly isWhole: boolean
  /** The documents that are there as they are now, also where not everything is. */
  readonly documents: ReadonlySet<string>
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
  return safetyFrom(places.filter(({ isWhole }) => isWhole))
}

/** What holds when one of them is gone, with all that is in it. */
export function safetyWithoutDomain(places: readonly KeptPlace[], lost: string): Safety {
  return safetyOf(places.filter(({ failureDomain }) => failureDomain !== lost))
}

/** What holds one document when one of them is gone. */
export function documentSafetyWithout(places: readonly KeptPlace[], lost: string, docId: string): Safety {
  return safetyFrom(places.filter(({ failureDomain, documents }) => failureDomain !== lost && documents.has(docId)))
}

function safetyFrom(places: readonly KeptPlace[]): Safety {
  const domains = [...new Set(places.map(({ failureDomain }) => failureDomain))].sort()
  return { domains, isSafe: domains.length >= SAFE_DOMAINS }
}
