import type { Architecture, OperatingSystem } from '@cloudos/protocol/capability-record'
import type { DeviceClass } from '@cloudos/protocol/certificate'
import type { IsolationTier } from '@cloudos/protocol/isolation-tier'
import type { Candidate, DeviceOffer, JobNeeds, PlacementSnapshot } from './place-snapshot.ts'

/** Why a job cannot run on a device. */
export type Misfit =
  | { readonly kind: 'removed' }
  | { readonly kind: 'runs-no-jobs'; readonly class: Exclude<DeviceClass, 'agent'> }
  | { readonly kind: 'offline' }
  | { readonly kind: 'policy-forbids' }
  | { readonly kind: 'not-heard' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'certificate-ends'; readonly shortByMs: number }
  | { readonly kind: 'busy'; readonly activeJobs: number }
  | { readonly kind: 'other-system'; readonly has: OperatingSystem }
  | { readonly kind: 'other-arch'; readonly has: Architecture }
  | { readonly kind: 'tier-weak'; readonly has: IsolationTier; readonly wants: IsolationTier }
  | { readonly kind: 'memory-short'; readonly shortByMiB: number }
  | { readonly kind: 'disk-short'; readonly shortByMiB: number }
  | { readonly kind: 'runtime-missing'; readonly name: string }

/** A device with so many jobs waiting or running takes no more. */
export const ACTIVE_JOBS_MAX = 64

/** Any agent holds a program in WebAssembly or does not start it; whatever is stronger it has to have advertised. */
const TIER_OF_ANY_AGENT: IsolationTier = 1

/** Every reason why the job cannot run there; none when it can. What nobody can change by freeing something stands alone. */
export function findMisfits(candidate: Candidate, { job, atMs }: PlacementSnapshot): readonly Misfit[] {
  if (candidate.presence === 'removed') return [{ kind: 'removed' }]
  if (candidate.class !== 'agent') return [{ kind: 'runs-no-jobs', class: candidate.class }]
  if (candidate.presence === 'offline') return [{ kind: 'offline' }]
  if (candidate.isForbidden) return [{ kind: 'policy-forbids' }]
  const { offer } = candidate
  if (offer === undefined) return [{ kind: 'not-heard' }]
  if (offer.expiresAtMs <= atMs) return [{ kind: 'stale' }]
  const shortByMs = atMs + job.wallMs - candidate.certificateEndsMs
  return [
    ...(shortByMs >= 0 ? [{ kind: 'certificate-ends', shortByMs } as const] : []),
    ...(candidate.activeJobs >= ACTIVE_JOBS_MAX ? [{ kind: 'busy', activeJobs: candidate.activeJobs } as const] : []),
    ...misfitsOfMachine(offer, job),
  ]
}

function misfitsOfMachine(offer: DeviceOffer, job: JobNeeds): readonly Misfit[] {
  const misfits: Misfit[] = []
  if (job.systems?.includes(offer.os) === false) misfits.push({ kind: 'other-system', has: offer.os })
  if (job.archs?.includes(offer.arch) === false) misfits.push({ kind: 'other-arch', has: offer.arch })
  const tier = Math.max(TIER_OF_ANY_AGENT, offer.tier ?? 0) as IsolationTier
  if (tier < job.minTier) misfits.push({ kind: 'tier-weak', has: tier, wants: job.minTier })
  const memoryShort = job.memoryMiB - offer.memory.freeMiB
  if (memoryShort > 0) misfits.push({ kind: 'memory-short', shortByMiB: memoryShort })
  const diskShort = job.diskMiB - offer.disk.freeMiB
  if (diskShort > 0) misfits.push({ kind: 'disk-short', shortByMiB: diskShort })
  for (const name of job.runtimes ?? [])
    if (!offer.runtimes.some((runtime) => runtime.name === name)) misfits.push({ kind: 'runtime-missing', name })
  return misfits
}
