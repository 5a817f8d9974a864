import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AppendFile, Disk } from '@cloudos/protocol/ports'

interface StoredFile {
  readonly inode: number
  bytes: Uint8Array
  /** How much of it a power cut would leave. */
  syncedBytes: number
}

let lastInode = 0

/** A disk that can lose power, fill up, be copied, and be scribbled on. */
export class MemoryDisk implements Disk {
  readonly #files = new Map<string, StoredFile>()
  readonly #machine: string
  /** Room left for appends; a write that does not fit throws 'disk-full'. */
  freeBytes = Number.POSITIVE_INFINITY
  syncs = 0
  readBytes = 0

  constructor(machine = 'machine-1') {
    this.#machine = machine
  }

  /** What another machine sees of a copy of this folder as it is now. */
  copy(machine: string): MemoryDisk {
    const copied = new MemoryDisk(machine)
    for (const [name, file] of this.#files)
      copied.#files.set(name, { inode: ++lastInode, bytes: file.bytes.slice(), syncedBytes: file.bytes.length })
    return copied
  }

  /** What is left after a power cut: synced bytes, and as many of the others as `keep` says. */
  afterPowerCut(keep: (unsyncedBytes: number) => number): MemoryDisk {
    const left = new MemoryDisk(this.#machine)
    for (const [name, file] of this.#files) {
      const end = file.syncedBytes + keep(file.bytes.length - file.syncedBytes)
      left.#files.set(name, { inode: file.inode, bytes: file.bytes.slice(0, end), syncedBytes: end })
    }
    return left
  }

  peek(name: string): Uint8Array {
    return this.#files.get(name)?.bytes ?? new Uint8Array(0)
  }

  overwrite(name: string, bytes: Uint8Array): void {
    const inode = this.#files.get(name)?.inode ?? ++lastInode
    this.#files.set(name, { inode, bytes: bytes.slice(), syncedBytes: bytes.length })
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()])
  }

  openAppend(name: string): Promise<AppendFile> {
    if (!this.#files.has(name)) this.overwrite(name, new Uint8Array(0))
    const file = this.#files.get(name)
    if (file === undefined) throw new Error('unreachable')
    const take = (count: number): void => {
      if (count > this.freeBytes) throw new CloudError('disk-full', 'The disk is full.')
      this.freeBytes -= count
    }
    return Promise.resolve({
      get sizeBytes() {
        return file.bytes.length
      },
      append: (bytes) => {
        take(bytes.length)
        const grown = new Uint8Array(file.bytes.length + bytes.length)
        grown.set(file.bytes)
        grown.set(bytes, file.bytes.length)
        file.bytes = grown
      },
      sync: () => {
        this.syncs += 1
        file.syncedBytes = file.bytes.length
        return Promise.resolve()
      },
      truncate: (sizeBytes) => {
        file.bytes = file.bytes.slice(0, sizeBytes)
        file.syncedBytes = Math.min(file.syncedBytes, sizeBytes)
        return Promise.resolve()
      },
      read: (offset, length) => {
        this.readBytes += length
        return Promise.resolve(file.bytes.slice(offset, offset + length))
      },
      close: () => Promise.resolve(),
    })
  }

  readFile(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#files.get(name)?.bytes.slice())
  }

  writeFile(name: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(name, { inode: ++lastInode, bytes: bytes.slice(), syncedBytes: bytes.length })
    return Promise.resolve()
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name)
    return Promise.resolve()
  }

  identity(name: string): Promise<string> {
    return Promise.resolve(`${this.#machine}/${String(this.#files.get(name)?.inode ?? 0)}`)
  }
}
