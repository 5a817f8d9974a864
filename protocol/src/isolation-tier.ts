import type { Codec } from './codecs.ts'

/** How foreign code is held: 0 expressions of own workflows, 1 WebAssembly, 2 jailed process, 3 gVisor, 4 virtual machine. */
export type IsolationTier = 0 | 1 | 2 | 3 | 4

const TIERS: readonly unknown[] = [0, 1, 2, 3, 4] satisfies readonly IsolationTier[]

export const isolationTier: Codec<IsolationTier> = {
  form: { kind: 'uint', min: 0, max: 4 },
  write: (tier) => tier,
  read: (value) => (TIERS.includes(value) ? (value as IsolationTier) : undefined),
}
