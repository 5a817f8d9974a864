import { hashId } from '@cloudos/crypto/hash'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import type { HeadRead } from '@cloudos/protocol/ports'

/** Where the profile's head lies on every medium. */
export const HEAD_NAME = 'profile'

/** Resolves once the blob is certainly there. An answer that was lost is met by reading, never by writing again blindly. */
export async function storeBlob(store: BlobStore, bytes: Uint8Array): Promise<Hash> {
  const { kind, name } = await store.putBlob(bytes)
  if (kind === 'stored' || (await findBlob(store, name)) !== undefined) return name
  throw new CloudError('medium-unreachable', 'The medium did not confirm what was written. It is tried again.')
}

/** `undefined` also when what lies there is damaged: either way it cannot be had. */
export async function findBlob(store: BlobStore, name: Hash): Promise<Uint8Array | undefined> {
  try {
    return await store.getBlob(name)
  } catch (cause) {
    if (cause instanceof CloudError && cause.code === 'blob-damaged') return undefined
    throw cause
  }
}

export type SwapOutcome = 'written' | 'lost-race'

/** Moves the head from what was read to `bytes`. An answer that was lost is met by reading which head is there now. */
export async function swapHead(
  store: BlobStore,
  bytes: Uint8Array,
  before: HeadRead | undefined,
): Promise<SwapOutcome> {
  const outcome = await store.casHead(HEAD_NAME, bytes, before?.version)
  if (outcome === 'ok') return 'written'
  if (outcome === 'conflict') return 'lost-race'
  const now = await store.readHead(HEAD_NAME)
  return now?.heads.some((head) => equalBytes(head, bytes)) === true ? 'written' : 'lost-race'
}

export function headHash(bytes: Uint8Array): Hash {
  return hashId(bytes)
}
