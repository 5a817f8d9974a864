import type { Dialect } from './dialects.ts'
import type { BehindProxy } from './behind-proxy.ts'

/** One thing that goes wrong between this side and a medium that is reached by HTTP. */
export interface FaultCase {
  /** Of docs/media-cases.md; several sentences may share one. */
  readonly number: number
  readonly sentence: string
  /** Whether such a medium can meet it. */
  readonly concerns?: (dialect: Dialect) => boolean
  readonly run: (medium: BehindProxy) => Promise<void>
}
