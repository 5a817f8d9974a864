import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { takeCopy } from '@cloudos/mesh/copy/take-copy'
import { refusalOf } from '@cloudos/mesh/copy/write-copy'
import type { Profile } from '@cloudos/mesh/profile'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'

/**
 * A device whose copy has brought the profile here. It keeps everything by itself: nothing is written there, and what comes later comes by
 * ordinary sync. What it shows now can be taken at once.
 */
export class VisitedDevice {
  readonly #connect: () => Promise<ConnectedBlobStore>
  readonly #where: string
  /** Parts of its copy that could not be had. */
  unread = 0

  constructor(where: string, connect: () => Promise<ConnectedBlobStore>) {
    this.#where = where
    this.#connect = connect
  }

  /** Rejects with `CloudError`: then it comes as fast as the two meet. */
  async bring({ membership, replica }: Profile): Promise<void> {
    const store = await this.#connect()
    try {
      const copy = await readCopy(store, membership.profileId)
      if (!copy.ok) throw refusalOf(copy.error)
      this.unread = (await takeCopy(copy.value, replica, this.#where)).damaged.length
    } finally {
      await store[Symbol.asyncDispose]()
    }
  }
}
