import { LIMITS } from '@cloudos/protocol/limits'
import type { Hash } from '@cloudos/protocol/ids'
import type { Medium } from '@cloudos/storage-adapters/medium'

/** Everything that ever lay on a medium, as whoever owns the medium may keep it. */
export interface Hoard {
  /** By generation: the first is at 1. */
  readonly heads: Uint8Array<ArrayBuffer>[]
  readonly blobs: Map<Hash, Uint8Array<ArrayBuffer>>
}

/** What the owner of a medium lets a reader see of what was hoarded. */
export interface Show {
  readonly head: Uint8Array<ArrayBuffer> | undefined
  readonly blobOf: (name: Hash) => Uint8Array<ArrayBuffer> | undefined
}

export function newHoard(): Hoard {
  return { heads: [new Uint8Array(0)], blobs: new Map() }
}

/** A medium that keeps whatever was written to it for ever. */
export function hoardingMedium({ heads, blobs }: Hoard): Medium {
  return createShowing({
    head: () => (heads.length > 1 ? heads.at(-1) : undefined),
    version: () => String(heads.length),
    setHead: (bytes) => heads.push(bytes),
    blob: (name) => blobs.get(name),
    setBlob: (name, bytes) => blobs.set(name, bytes),
  })
}

/** A medium that shows what its owner likes until it is written to, and counts how often that happens. */
export function lyingMedium(show: Show): Medium & { readonly writes: () => number } {
  let head = show.head
  let writes = 0
  let version = 0
  const blobs = new Map<Hash, Uint8Array<ArrayBuffer>>()
  const medium = createShowing({
    head: () => head,
    version: () => String(version),
    setHead: (bytes) => {
      writes++
      version++
      head = bytes
    },
    blob: (name) => blobs.get(name) ?? show.blobOf(name),
    setBlob: (name, bytes) => {
      writes++
      blobs.set(name, bytes)
    },
  })
  return { ...medium, writes: () => writes }
}

interface Shelf {
  readonly head: () => Uint8Array<ArrayBuffer> | undefined
  readonly version: () => string
  readonly setHead: (bytes: Uint8Array<ArrayBuffer>) => void
  readonly blob: (name: Hash) => Uint8Array<ArrayBuffer> | undefined
  readonly setBlob: (name: Hash, bytes: Uint8Array<ArrayBuffer>) => void
}

function createShowing(shelf: Shelf): Medium {
  const versionNow = (): string | undefined => (shelf.head() === undefined ? undefined : shelf.version())
  return {
    capabilities: { cas: true, maxBlobBytes: LIMITS.blobMaxBytes, evictable: false, failureDomain: 'elsewhere' },
    readHead: () => {
      const head = shelf.head()
      return Promise.resolve(head && { heads: [head.slice()], version: shelf.version() })
    },
    casHead: (_name, bytes, expected) => {
      if (versionNow() !== expected) return Promise.resolve('conflict')
      shelf.setHead(bytes.slice())
      return Promise.resolve('ok')
    },
    readBlob: (name) => Promise.resolve(shelf.blob(name)?.slice()),
    writeBlob: (name, bytes) => {
      shelf.setBlob(name, bytes.slice())
      return Promise.resolve('stored')
    },
    async *list() {
      // Nothing in a save looks at what else lies there.
    },
    delete: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
