import { hashId } from '@cloudos/crypto/hash'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { ImportPiece } from '@cloudos/protocol/profile-commands'

interface Upload {
  readonly hash: Hash
  readonly sizeBytes: number
  readonly pieces: Uint8Array[]
  haveBytes: number
}

/** The file that waits to be imported, in memory: one at a time, until it is taken or another begins. */
export class WaitingImport {
  #upload: Upload | undefined

  /** Takes the piece when it is the next one, and answers where the next one begins. */
  put({ hash, sizeBytes, offset, bytes }: ImportPiece): number {
    const isSame = this.#upload?.hash === hash && this.#upload.sizeBytes === sizeBytes
    const upload = isSame && this.#upload ? this.#upload : { hash, sizeBytes, pieces: [], haveBytes: 0 }
    this.#upload = upload
    if (offset !== upload.haveBytes || bytes.length > sizeBytes - upload.haveBytes) return upload.haveBytes
    upload.pieces.push(bytes.slice())
    upload.haveBytes += bytes.length
    return upload.haveBytes
  }

  /** The whole file, which is forgotten here. Throws `CloudError` 'content-missing' when it is not there as a whole. */
  take(hash: Hash): Uint8Array {
    const upload = this.#upload
    this.#upload = undefined
    if (upload?.hash === hash && upload.haveBytes === upload.sizeBytes) {
      const whole = new Uint8Array(Buffer.concat(upload.pieces))
      if (hashId(whole) === hash) return whole
    }
    throw new CloudError('content-missing', 'The file did not come whole. Nothing was changed. Import it again.')
  }
}
