import type { DriveAdded } from '@cloudos/protocol/drive-commands'
import type { StorageOfDevice } from './storage.svelte.ts'

/** One sign-in to a Google Drive, from the person's client to a copy that lies there. */
export class DriveSignIn {
  /** Google's page, once it waits for the person. */
  url = $state.raw<string>()
  added = $state.raw<DriveAdded>()
  readonly #storage: StorageOfDevice
  #asked: { readonly attempt: string; readonly clientSecret: string } | undefined

  constructor(storage: StorageOfDevice) {
    this.#storage = storage
  }

  /** Resolves once a copy lies there. */
  async run(where: string, clientSecret: string): Promise<void> {
    this.url = undefined
    const { attempt, url } = await this.#storage.beginDrive(where)
    this.#asked = { attempt, clientSecret }
    this.url = url
    try {
      this.added = await this.#storage.finishDrive(this.#asked)
    } finally {
      this.url = undefined
    }
  }

  /** The answer by hand: Google's page led to an address on the device, which does not open elsewhere. */
  async bring(returned: string): Promise<void> {
    if (this.#asked !== undefined) await this.#storage.finishDrive({ ...this.#asked, returned })
  }
}
