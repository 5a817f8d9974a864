import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'

/** What a device shows over a line of its own, as a medium that promises what all do: names, signals, whose buffer it is, disposal. */
export function createShownStore(shown: ConnectedBlobStore): ConnectedBlobStore {
  const store = createBlobStore({
    capabilities: shown.capabilities,
    readHead: (name) => shown.readHead(name),
    async readBlob(name) {
      const bytes = await shown.getBlob(name)
      return bytes && new Uint8Array(bytes)
    },
    casHead: (name, bytes, expected) => shown.casHead(name, bytes, expected),
    writeBlob: async (_name, bytes) => (await shown.putBlob(bytes)).kind,
    list: (prefix) => shown.list(prefix),
    delete: ({ kind, name }) => shown.delete(`${kind === 'head' ? 'h' : 'b'}/${name}`),
    [Symbol.asyncDispose]: () => shown[Symbol.asyncDispose](),
  })
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      const ended = store[Symbol.asyncDispose]()
      // A device that says nothing more must not hold up whoever goes.
      await shown[Symbol.asyncDispose]()
      await ended
    },
  }
}
