import type { SeededRng } from '../seeded-rng.ts'
import type { FaultProxy, HttpFault, ProxiedRequest } from './fault-proxy.ts'

/** What the world does to requests: each has its turn, whatever the medium. */
export const PASSING_FAULTS: readonly HttpFault[] = [
  { kind: 'answer', status: 429 },
  { kind: 'answer', status: 429, headers: { 'retry-after': '7' } },
  { kind: 'answer', status: 500 },
  { kind: 'answer', status: 502 },
  { kind: 'answer', status: 503, headers: { 'retry-after': '2' } },
  { kind: 'answer', status: 507 },
  { kind: 'answer-after', status: 500 },
  { kind: 'answer-after', status: 504 },
  { kind: 'cut-before' },
  { kind: 'cut-after' },
  { kind: 'late' },
  { kind: 'truncate' },
  { kind: 'shorten' },
  { kind: 'stale' },
]

export function nameOf(fault: HttpFault): string {
  const status = 'status' in fault ? ` ${String(fault.status)}` : ''
  return fault.kind + status + (fault.kind === 'answer' && fault.headers ? ' with Retry-After' : '')
}

/** `faults` strike so often, from 0 to 1, and what is late arrives at some time. The same `rng` draws the same. */
export function drawFaults(proxy: FaultProxy, faults: readonly HttpFault[], rate: number, rng: SeededRng): void {
  proxy.fault = (request) => {
    if (rng.below(3) === 0) void proxy.deliverLate()
    if (rng.below(1_000) >= rate * 1_000) return undefined
    const fault = faults[rng.below(faults.length)]
    return fault?.kind === 'stale' && !isQuestion(request) ? undefined : fault
  }
}

function isQuestion({ method }: ProxiedRequest): boolean {
  return ['GET', 'HEAD', 'PROPFIND'].includes(method)
}
