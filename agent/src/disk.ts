import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { fdatasync, fsync, read } from 'node:fs'
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AppendFile, Disk } from '@cloudos/protocol/ports'
import { brokenWorld, findErrno } from './broken-world.ts'
import { makeFolder } from './private-folder.ts'

const fdatasyncOf = promisify(fdatasync)
const fsyncOf = promisify(fsync)
const readOf = promisify(read)

const PLAIN_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/
const HALF_WRITTEN = '.half-written'

/** `folder` is made when absent, for its owner alone. Failures of the disk are `CloudError`s: 'disk-full', 'not-writable', 'disk-failed'. */
export function createDisk(folder: string): Disk {
  inWorld(folder, () => {
    makeFolder(folder)
  })
  let written = 0
  return {
    list: async () => {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.filter((entry) => entry.isFile() && !entry.name.endsWith(HALF_WRITTEN)).map(({ name }) => name)
    },
    openAppend: async (name) => {
      const path = pathOf(folder, name)
      const file = new AppendedFile(path)
      await inWorldAsync(path, () => syncFolder(folder))
      return file
    },
    readFile: async (name) => {
      const path = pathOf(folder, name)
      try {
        return new Uint8Array(await readFile(path))
      } catch (cause) {
        if (findErrno(cause) === 'ENOENT') return undefined
        throw brokenWorld(cause, path)
      }
    },
    writeFile: (name, bytes) => {
      const path = pathOf(folder, name)
      written += 1
      return inWorldAsync(path, () => replaceFile(path, `${path}.${String(written)}${HALF_WRITTEN}`, bytes, folder))
    },
    remove: (name) => {
      const path = pathOf(folder, name)
      return inWorldAsync(path, async () => {
        await rm(path, { force: true })
        await syncFolder(folder)
      })
    },
    identity: async (name) => {
      const { ino } = await stat(pathOf(folder, name), { bigint: true })
      return `${machineId()}-${String(ino)}`
    },
  }
}

class AppendedFile implements AppendFile {
  readonly #path: string
  readonly #fd: number
  #sizeBytes: number
  #failure: CloudError | undefined
  #closed = false

  constructor(path: string) {
    this.#path = path
    // Appending by the kernel: nothing can land in the middle, whatever this process believes the size to be.
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND
    this.#fd = inWorld(path, () => openSync(path, flags, 0o600))
    this.#sizeBytes = fstatSync(this.#fd).size
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  append(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure
    let done = 0
    while (done < bytes.length) {
      // A short write counts: the caller finds the torn record by the size and cuts it off.
      const count = inWorld(this.#path, () => writeSync(this.#fd, bytes, done))
      done += count
      this.#sizeBytes += count
    }
  }

  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      await fdatasyncOf(this.#fd)
    } catch (cause) {
      // The kernel may drop what it could not write and report the next sync as good, so no later one is believed.
      const failure = brokenWorld(cause, this.#path)
      if (failure instanceof CloudError) this.#failure = failure
      throw failure
    }
  }

  truncate(sizeBytes: number): Promise<void> {
    return inWorldAsync(this.#path, async () => {
      ftruncateSync(this.#fd, sizeBytes)
      this.#sizeBytes = sizeBytes
      await fdatasyncOf(this.#fd)
    })
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return inWorldAsync(this.#path, async () => {
      const bytes = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await readOf(this.#fd, bytes, done, length - done, offset + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    })
  }

  close(): Promise<void> {
    if (!this.#closed) closeSync(this.#fd)
    this.#closed = true
    return Promise.resolve()
  }
}

async function replaceFile(path: string, halfWritten: string, bytes: Uint8Array, folder: string): Promise<void> {
  try {
    await writeFile(halfWritten, bytes, { mode: 0o600, flush: true })
  } catch (cause) {
    await rm(halfWritten, { force: true }) // on a full disk it would hold the last of the space
    throw cause
  }
  await rename(halfWritten, path)
  await syncFolder(folder)
}

/** A new name is durable only when its folder is. Windows has no such thing to sync. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const fd = openSync(folder, constants.O_RDONLY)
  try {
    await fsyncOf(fd)
  } finally {
    closeSync(fd)
  }
}

function pathOf(folder: string, name: string): string {
  if (!PLAIN_NAME.test(name)) throw new RangeError(`"${name}" is no plain file name`)
  return join(folder, name)
}

/** Differs between machines; a machine that has no id of its own is known by its name. */
export function machineId(): string {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const id = findText(path)
    if (id !== undefined && /^[0-9a-f]{32}$/.test(id)) return id
  }
  return hostname()
}

function findText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    if (findErrno(cause) === undefined) throw cause
    return undefined
  }
}

function inWorld<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw brokenWorld(cause, path)
  }
}

async function inWorldAsync<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    throw brokenWorld(cause, path)
  }
}
