import type { AddedKind } from '@cloudos/protocol/storage-commands'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { CloudError } from '@cloudos/protocol/cloud-error'

/** What it takes to sign in to a place. Never logged, shown, or sent anywhere but there. */
export interface Credential {
  /** A user name or the id of an access key; empty where a token is all there is. */
  readonly account: string
  readonly secret: string
}

/** One kind of place: all that the media desk knows of it. `address` is what `normalise` made. Each rejects as `CloudError`. */
export interface MediumKindPort {
  /** The one spelling of an address, without any secret in it. Throws `CloudError` with a sentence for each way in which it is none. */
  normalise(where: string): string
  /** Whether a copy could be kept there; rejects with a sentence for each way in which it cannot. Changes nothing that stays. */
  check(address: string, credential: Credential | undefined): Promise<void>
  /** Makes the place a medium; harmless when it is one. Rejects with why it cannot be one. */
  found(address: string, credential: Credential | undefined): Promise<void>
  /** Rejects with a `MediumFault`; 'medium-gone' when it is no medium (any more). */
  connect(address: string, credential: Credential | undefined, failureDomain: string): Promise<ConnectedBlobStore>
  /** What is lost together with it; `undefined` when that is this very device. */
  failureDomain(address: string, account: string | undefined): Promise<string | undefined>
  /** How often a copy there is written at most: a service that charges for each request, or bounds them, is asked more rarely. */
  readonly saveEveryMs: number
  /** How long the keeper waits after a failure, in full jitter. */
  readonly retry: { readonly firstMs: number; readonly maxMs: number }
}

/** The kinds that this agent has. */
export type MediumKinds = Readonly<Partial<Record<AddedKind, MediumKindPort>>>

export function kindOf(kinds: MediumKinds, kind: AddedKind): MediumKindPort {
  const port = kinds[kind]
  if (port !== undefined) return port
  throw new CloudError('no-such-kind', `This device cannot keep a copy in a place of the kind ${kind}. Update it.`)
}
