import { LIMITS } from '@cloudos/protocol/limits'
import type { HeadRead } from '@cloudos/protocol/ports'
import { roomFrom } from '@cloudos/protocol/room'
import { createMediumError } from './medium-error.ts'
import type { Medium } from './medium.ts'

/** For tests and simulations. Each `createBlobStore` over it is one more connection to the same medium. */
export interface MemoryMedium extends Medium {
  /** What a vandal or a failing disk does to a listed name; a change to `undefined` removes it. */
  damage(name: string, change: (bytes: Uint8Array) => Uint8Array | undefined): void
}

export interface MemoryOptions {
  readonly maxBlobBytes?: number
  readonly quotaBytes?: number
}

export function createMemoryMedium(options: MemoryOptions = {}): MemoryMedium {
  const entryByName = new Map<string, Uint8Array<ArrayBuffer>>()
  const generationByHead = new Map<string, number>()

  function requireRoom(name: string, sizeBytes: number): void {
    if (options.quotaBytes === undefined) return
    const neededBytes = usedBytes() + sizeBytes - (entryByName.get(name)?.length ?? 0)
    if (neededBytes > options.quotaBytes) throw createMediumError('medium-full', 'The memory set aside is used up.')
  }

  function usedBytes(): number {
    let sum = 0
    for (const bytes of entryByName.values()) sum += bytes.length
    return sum
  }

  function readHead(name: string): HeadRead | undefined {
    const bytes = entryByName.get('h/' + name)
    return bytes && { heads: [new Uint8Array(bytes)], version: String(generationByHead.get(name)) }
  }

  // A deleted head keeps its generation, so that a version read before the deletion never fits again.
  function setHead(name: string, bytes: Uint8Array<ArrayBuffer> | undefined): void {
    generationByHead.set(name, (generationByHead.get(name) ?? 0) + 1)
    if (bytes === undefined) entryByName.delete('h/' + name)
    else entryByName.set('h/' + name, bytes)
  }

  return {
    capabilities: {
      cas: true,
      maxBlobBytes: options.maxBlobBytes ?? LIMITS.blobMaxBytes,
      ...(options.quotaBytes !== undefined && { quotaBytes: options.quotaBytes }),
      tellsRoom: 'own',
      evictable: true,
      failureDomain: 'memory',
    },
    async readHead(name) {
      return readHead(name)
    },
    async casHead(name, bytes, expected) {
      if (readHead(name)?.version !== expected) return 'conflict'
      requireRoom('h/' + name, bytes.length)
      setHead(name, bytes)
      return 'ok'
    },
    async readBlob(name) {
      const bytes = entryByName.get('b/' + name)
      return bytes && new Uint8Array(bytes)
    },
    async writeBlob(name, bytes) {
      requireRoom('b/' + name, bytes.length)
      entryByName.set('b/' + name, bytes)
      return 'stored'
    },
    async *list() {
      yield* entryByName.keys()
    },
    async delete(stored) {
      if (stored.kind === 'blob') entryByName.delete('b/' + stored.name)
      else if (entryByName.has('h/' + stored.name)) setHead(stored.name, undefined)
    },
    measureRoom: async () => roomFrom(options.quotaBytes, usedBytes()),
    async [Symbol.asyncDispose]() {
      // The memory outlives its connections.
    },
    damage(name, change) {
      const bytes = entryByName.get(name)
      const changed = bytes && change(new Uint8Array(bytes))
      if (changed === undefined) entryByName.delete(name)
      else entryByName.set(name, new Uint8Array(changed))
    },
  }
}
