import { hashId } from '@cloudos/crypto/hash'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { JobPiece } from '@cloudos/protocol/job-commands'
import type { Disk } from '@cloudos/protocol/ports'

interface Upload {
  readonly sizeBytes: number
  readonly pieces: Uint8Array[]
  haveBytes: number
}

/** Uploads that were begun and not ended lie in memory: this many at once, the oldest goes first. */
const UPLOADS_MAX = 4

/** Modules, inputs and outputs under their hashes, on the disk. What is damaged there counts as absent. */
export class Content {
  readonly #disk: Disk
  readonly #uploads = new Map<Hash, Upload>()

  constructor(disk: Disk) {
    this.#disk = disk
  }

  async put(bytes: Uint8Array): Promise<Hash> {
    const hash = hashId(bytes)
    if ((await this.find(hash)) === undefined) await this.#disk.writeFile(hash, bytes)
    return hash
  }

  async find(hash: Hash): Promise<Uint8Array | undefined> {
    const bytes = await this.#disk.readFile(hash)
    return bytes !== undefined && hashId(bytes) === hash ? bytes : undefined
  }

  remove(hash: Hash): Promise<void> {
    return this.#disk.remove(hash)
  }

  async removeAllBut(wanted: ReadonlySet<string>): Promise<void> {
    for (const name of await this.#disk.list()) if (!wanted.has(name)) await this.#disk.remove(name)
  }

  /** Takes the piece when it is the next one, and answers where the next one begins. */
  async putPiece({ hash, sizeBytes, offset, bytes }: JobPiece): Promise<number> {
    const stored = await this.find(hash)
    if (stored !== undefined) return stored.length
    const upload = this.#uploadOf(hash, sizeBytes)
    if (offset !== upload.haveBytes) return upload.haveBytes
    if (offset + bytes.length > sizeBytes) throw notThat()
    upload.pieces.push(bytes.slice())
    upload.haveBytes += bytes.length
    if (upload.haveBytes < sizeBytes) return upload.haveBytes
    this.#uploads.delete(hash)
    const whole = new Uint8Array(Buffer.concat(upload.pieces))
    if (hashId(whole) !== hash) throw notThat()
    await this.put(whole)
    return whole.length
  }

  #uploadOf(hash: Hash, sizeBytes: number): Upload {
    const begun = this.#uploads.get(hash)
    if (begun?.sizeBytes === sizeBytes) return begun
    const [oldest] = this.#uploads.keys()
    if (this.#uploads.size >= UPLOADS_MAX && oldest !== undefined) this.#uploads.delete(oldest)
    const upload = { sizeBytes, pieces: [], haveBytes: 0 }
    this.#uploads.set(hash, upload)
    return upload
  }
}

function notThat(): CloudError {
  return new CloudError(
    'other-bytes',
    'What was sent is not what its hash and size say. Nothing was kept. Send it again.',
  )
}
