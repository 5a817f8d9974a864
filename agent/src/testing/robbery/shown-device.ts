import { findId } from '@cloudos/protocol/ids'
import { collect } from '@cloudos/storage-adapters/suite/expect'
import { showCopy } from '../shown-copy.ts'
import type { RobbableMedium } from './layout.ts'
import { databaseLayout } from './object-layout.ts'

/** A device that shows its copy to somebody who has got its code: all that visit can have, and all that crosses the line. */
export function foundRobbableDevice(): Promise<RobbableMedium> {
  const { own, visit, said } = showCopy()
  return Promise.resolve({
    layout: databaseLayout,
    connect: () => Promise.resolve(own),
    async dump() {
      await using visitor = await visit()
      const dump = new Map<string, Uint8Array>()
      for (const path of await collect(own.list(''))) {
        const name = findId('Hash', path.slice(2))
        const bytes =
          name === undefined ? (await visitor.readHead(path.slice(2)))?.heads[0] : await visitor.getBlob(name)
        if (bytes !== undefined) dump.set(path, bytes)
      }
      return dump
    },
    witnessed: () => Promise.resolve(said),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
}
