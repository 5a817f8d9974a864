import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore, ConnectedBlobStore } from '@cloudos/protocol/ports'

/** Every file of a medium by its path, as whoever takes it away has them. Never changed: a tampering is another one. */
export type Dump = ReadonlyMap<string, Uint8Array>

/** How a medium lays things down, as far as a thief has to know it. */
export interface Layout {
  /** Of the blob with that name. */
  blobPath(name: string): string
  /** What a file holds for these bytes, and the other way. */
  fileOf(bytes: Uint8Array): Uint8Array
  bytesOf(file: Uint8Array): Uint8Array
  /** The newest head, in a dump that nobody has changed. */
  findHead(dump: Dump): Uint8Array | undefined
  /** Without any head. */
  withoutHeads(dump: Dump): Dump
  /** As if two writers had not seen each other, where the medium can show that; else in the place of the other. */
  withHead(dump: Dump, head: Uint8Array): Dump
  /** The dump put back and opened by the code that reads such a medium. */
  storeOf(dump: Dump): BlobStore
}

/** A medium that is going to be robbed. */
export interface RobbableMedium extends AsyncDisposable {
  readonly layout: Layout
  connect(): Promise<ConnectedBlobStore>
  /** Of what lies there now. */
  dump(): Promise<Dump>
  /** All that whoever runs it has got by now, also what is no file any more. */
  witnessed(): Promise<readonly Uint8Array[]>
}

export async function dumpFolder(root: string): Promise<Dump> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(root.length + 1), new Uint8Array(await readFile(file))] as const),
    ),
  )
}
