import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'

/** The device that signs in, whose person sits here. Both reject with `CloudError`. */
export interface DriveAsker {
  beginDrive(where: string): Promise<DriveAttempt>
  /** Waits for the person. */
  finishDrive(answer: DriveAnswer): Promise<DriveAdded>
}

/** One sign-in to a Google Drive, from the person's client to the answer on Google's page. */
export class DriveSignIn {
  /** Google's page, once it waits for the person. */
  url = $state.raw<string>()
  added = $state.raw<DriveAdded>()
  readonly #asker: DriveAsker
  #asked: { readonly attempt: string; readonly clientSecret: string } | undefined

  constructor(asker: DriveAsker) {
    this.#asker = asker
  }

  /** Resolves once the device is signed in. */
  async run(where: string, clientSecret: string): Promise<void> {
    this.url = undefined
    const { attempt, url } = await this.#asker.beginDrive(where)
    this.#asked = { attempt, clientSecret }
    this.url = url
    try {
      this.added = await this.#asker.finishDrive(this.#asked)
    } finally {
      this.url = undefined
    }
  }

  /** The answer by hand: Google's page led to an address on the device, which does not open elsewhere. */
  async bring(returned: string): Promise<void> {
    if (this.#asked !== undefined) await this.#asker.finishDrive({ ...this.#asked, returned })
  }
}
