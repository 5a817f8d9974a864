import type { Rng } from '@cloudos/protocol/ports'
import type { FolderFiles } from '../folder-files.ts'

interface File {
  readonly kind: 'file'
  readonly bytes: Uint8Array
  isSynced: boolean
}

interface Directory {
  readonly kind: 'directory'
  readonly entries: Map<string, File | Directory>
  /** The names a power cut leaves for certain. */
  synced: ReadonlyMap<string, File | Directory>
}

/** A disk in memory that forgets, when the power goes, whatever nobody has synced: any part of it, in any order. */
export interface PowerCutDisk {
  readonly files: FolderFiles
  /** The disk as one power cut at this moment could leave it. */
  cut(rng: Rng): PowerCutDisk
}

const noStep = () => undefined

/** `onStep` is called at every moment between two effects of the file operations. */
export function createPowerCutDisk(onStep: () => void = noStep): PowerCutDisk {
  return createDisk(createMediumRoot(), onStep)
}

function createDisk(root: Directory, onStep: () => void): PowerCutDisk {
  return { files: createFiles(root, onStep), cut: (rng) => createDisk(cutDirectory(root, rng), noStep) }
}

function createMediumRoot(): Directory {
  const entries = ['tmp', 'b', 'h'].map((name) => [name, createDirectory()] as const)
  return { kind: 'directory', entries: new Map(entries), synced: new Map(entries) }
}

function createDirectory(): Directory {
  return { kind: 'directory', entries: new Map(), synced: new Map() }
}

function cutDirectory(directory: Directory, rng: Rng): Directory {
  const left = new Map<string, File | Directory>()
  for (const name of new Set([...directory.synced.keys(), ...directory.entries.keys()])) {
    const entry = isHeads(rng) ? directory.synced.get(name) : directory.entries.get(name)
    if (entry?.kind === 'directory') left.set(name, cutDirectory(entry, rng))
    if (entry?.kind === 'file') left.set(name, cutFile(entry, rng))
  }
  return { kind: 'directory', entries: left, synced: new Map(left) }
}

function cutFile(file: File, rng: Rng): File {
  if (file.isSynced) return file
  const [share = 0] = rng.bytes(1)
  return { kind: 'file', bytes: file.bytes.slice(0, (file.bytes.length * share) / 256), isSynced: true }
}

function isHeads(rng: Rng): boolean {
  return ((rng.bytes(1)[0] ?? 0) & 1) === 1
}

function createFiles(root: Directory, onStep: () => void): FolderFiles {
  /** The directory that holds the last name of `path`. */
  function parentOf(path: string): { parent: Directory | undefined; name: string } {
    const names = path.split('/')
    const name = names.pop() ?? ''
    let parent: Directory | undefined = root
    for (const step of names) {
      const next: File | Directory | undefined = parent?.entries.get(step)
      parent = next?.kind === 'directory' ? next : undefined
    }
    return { parent, name }
  }

  function entryAt(path: string): File | Directory | undefined {
    const { parent, name } = parentOf(path)
    return parent?.entries.get(name)
  }

  function put(path: string, entry: File | Directory): void {
    const { parent, name } = parentOf(path)
    if (parent === undefined) throw new Error(`no directory for ${path}`)
    onStep()
    parent.entries.set(name, entry)
  }

  async function move(from: string, to: string): Promise<'moved' | 'taken'> {
    const entry = entryAt(from)
    const target = entryAt(to)
    if (entry === undefined) throw new Error(`nothing to move at ${from}`)
    if (entry.kind === 'directory' && target?.kind === 'directory' && target.entries.size > 0) return 'taken'
    put(to, entry)
    const source = parentOf(from)
    source.parent?.entries.delete(source.name)
    return 'moved'
  }

  return {
    async list(path) {
      const entry = entryAt(path)
      return entry?.kind === 'directory' ? [...entry.entries.keys()] : undefined
    },
    async read(path, maxBytes) {
      const entry = entryAt(path)
      return entry?.kind === 'file' ? new Uint8Array(entry.bytes.subarray(0, maxBytes + 1)) : undefined
    },
    async writeNew(path, bytes) {
      const file: File = { kind: 'file', bytes: new Uint8Array(bytes), isSynced: false }
      put(path, file)
      onStep()
      file.isSynced = true
    },
    async makeDirectory(path) {
      if (entryAt(path) === undefined) put(path, createDirectory())
    },
    move,
    replace: move,
    async remove(path) {
      const entry = entryAt(path)
      if (entry === undefined || (entry.kind === 'directory' && entry.entries.size > 0)) return
      onStep()
      const { parent, name } = parentOf(path)
      parent?.entries.delete(name)
    },
    async syncDirectory(path) {
      const entry = entryAt(path)
      if (entry?.kind !== 'directory') throw new Error(`no directory ${path}`)
      onStep()
      entry.synced = new Map(entry.entries)
    },
  }
}
