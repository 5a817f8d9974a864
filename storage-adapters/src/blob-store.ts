import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobOutcome, CasOutcome, ConnectedBlobStore, Flush } from '@cloudos/protocol/ports'
import { hashOf } from './blob-hash.ts'
import { flushInSteps } from './flush.ts'
import { createMediumError } from './medium-error.ts'
import type { Medium, MediumFlush } from './medium.ts'
import { requireBlobName, requireHeadName, requireStoredName } from './names.ts'
import { createOperations } from './operations.ts'

/** The promises every medium keeps in the same way: names, sizes, ownership of buffers, hashes, cutting short, disposal. */
export function createBlobStore(medium: Medium): ConnectedBlobStore {
  const operations = createOperations(() => medium[Symbol.asyncDispose]())
  const { maxBlobBytes } = medium.capabilities

  async function getBlob(name: Hash, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    requireBlobName(name)
    const bytes = await operations.read((cut) => medium.readBlob(name, cut), signal)
    if (bytes === undefined || (bytes.length <= maxBlobBytes && (await hashOf(bytes)) === name)) return bytes
    throw createMediumError(
      'blob-damaged',
      `The copy of ${name} on this medium is damaged; another medium may hold it.`,
    )
  }

  async function putBlob(bytes: Uint8Array, signal?: AbortSignal): Promise<BlobOutcome> {
    requireSize(bytes, maxBlobBytes, 'blob-too-large')
    const own = new Uint8Array(bytes)
    const name = await hashOf(own)
    const kind = await operations.write((cut) => medium.writeBlob(name, own, cut), 'unknown', signal)
    return { kind, name }
  }

  async function flush(save: Flush, signal?: AbortSignal): Promise<CasOutcome> {
    const own = await ownFlush(save, maxBlobBytes)
    const work = (cut: AbortSignal) => medium.flush?.(own, cut) ?? flushInSteps(medium, own, cut)
    return operations.write(work, 'unknown', signal)
  }

  return {
    capabilities: medium.capabilities,
    async readHead(name, signal) {
      requireHeadName(name)
      return operations.read((cut) => medium.readHead(name, cut), signal)
    },
    async casHead(name, bytes, expected, signal) {
      requireHeadName(name)
      requireSize(bytes, LIMITS.headMaxBytes, 'head-too-large')
      const own = new Uint8Array(bytes)
      return operations.write((cut) => medium.casHead(name, own, expected, cut), 'unknown', signal)
    },
    putBlob,
    flush,
    getBlob,
    async *list(prefix, signal) {
      const cut = operations.enter(signal)
      const listed = new Set<string>()
      for await (const name of medium.list(prefix, cut)) {
        cut.throwIfAborted()
        if (!name.startsWith(prefix) || listed.has(name)) continue
        listed.add(name)
        yield name
      }
      cut.throwIfAborted()
    },
    async delete(name, signal) {
      const stored = requireStoredName(name)
      return operations.read((cut) => medium.delete(stored, cut), signal)
    },
    ...(medium.tornHeads && {
      torn: {
        async find(name, signal) {
          requireHeadName(name)
          return operations.read(async (cut) => (await medium.tornHeads?.(name, cut)) ?? [], signal)
        },
      },
    }),
    ...(medium.capabilities.tellsRoom && {
      room: { measure: (signal) => operations.read(async (cut) => (await medium.measureRoom?.(cut)) ?? {}, signal) },
    }),
    [Symbol.asyncDispose]: () => operations.end(),
  }
}

/** Everything is checked before anything is sent, and each blob goes once. */
async function ownFlush({ blobs, head, drop }: Flush, maxBlobBytes: number): Promise<MediumFlush> {
  requireHeadName(head.name)
  requireSize(head.bytes, LIMITS.headMaxBytes, 'head-too-large')
  for (const bytes of blobs) requireSize(bytes, maxBlobBytes, 'blob-too-large')
  const ownHead = { ...head, bytes: new Uint8Array(head.bytes) }
  const own = blobs.map((bytes) => new Uint8Array(bytes))
  const byName = new Map<Hash, Uint8Array<ArrayBuffer>>()
  for (const bytes of own) byName.set(await hashOf(bytes), bytes)
  return {
    blobs: [...byName].map(([name, bytes]) => ({ name, bytes })),
    head: ownHead,
    drop: drop.map(requireBlobName).filter((name) => !byName.has(name)),
  }
}

function requireSize(bytes: Uint8Array, maxBytes: number, fault: 'blob-too-large' | 'head-too-large'): void {
  if (bytes.length <= maxBytes) return
  throw createMediumError(fault, `${String(bytes.length)} bytes; this medium takes ${String(maxBytes)}.`)
}
