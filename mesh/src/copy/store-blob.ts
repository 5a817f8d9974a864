import { hashId } from '@cloudos/crypto/hash'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore, Flush, HeadRead } from '@cloudos/protocol/ports'
import { blobsOf } from '@cloudos/protocol/snapshot-list'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'

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

/** The frames of a snapshot; `undefined` when one of them cannot be had. */
export async function findSnapshot(
  store: BlobStore,
  listed: Pick<ListedSnapshot, 'blob' | 'laterBlobs'>,
): Promise<readonly Uint8Array[] | undefined> {
  const parts: Uint8Array[] = []
  for (const blob of blobsOf(listed)) {
    const part = await findBlob(store, blob)
    if (part === undefined) return undefined
    parts.push(part)
  }
  return parts
}

/** What one save writes. */
export interface Save {
  /** Resolves to its name; what is large is certainly there by then, the rest goes with the head. */
  put(bytes: Uint8Array): Promise<Hash>
  /** What goes with the head. */
  readonly blobs: readonly Uint8Array[]
}

/** Small blobs wait for the head, so that a medium that is slow to ask, or charges for it, is asked once. `known` lie there already. */
export function startSave(store: BlobStore, known: ReadonlySet<Hash>): Save {
  const blobs: Uint8Array[] = []
  return {
    blobs,
    async put(bytes) {
      const name = hashId(bytes)
      if (known.has(name)) return name
      if (bytes.length > WITH_HEAD_BYTES) return storeBlob(store, bytes)
      blobs.push(bytes)
      return name
    },
  }
}

const WITH_HEAD_BYTES = 256 * 1024

export type SwapOutcome = 'written' | 'lost-race'

/** Moves the head from what was read to `bytes`, with the blobs it needs. An answer that was lost is met by reading which head is there now. */
export async function swapHead(
  store: BlobStore,
  bytes: Uint8Array,
  before: HeadRead | undefined,
  { blobs, drop }: Pick<Flush, 'blobs' | 'drop'>,
): Promise<SwapOutcome> {
  const head = { name: HEAD_NAME, bytes, expected: before?.version }
  const outcome = await store.flush({ blobs, head, drop })
  if (outcome === 'ok') return 'written'
  if (outcome === 'conflict') return 'lost-race'
  const now = await store.readHead(HEAD_NAME)
  return now?.heads.some((head) => equalBytes(head, bytes)) === true ? 'written' : 'lost-race'
}
