import { CloudError } from '@cloudos/protocol/cloud-error'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { importProfileCommand, putImportCommand } from '@cloudos/protocol/profile-commands'
import type { DocumentImport, ProfileImport } from '@cloudos/protocol/profile-commands'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'

/** What an import has done, or would do. */
export interface ImportView {
  readonly isPreview: boolean
  readonly fileName: string
  readonly totals: ProfileImport
  /** Those that anything is to be said of. */
  readonly documents: readonly DocumentImport[]
}

/** An export that a device of the person's brings into the profile: looked at first, then done. Methods reject with `CloudError`. */
export class ProfileFromFile {
  view = $state.raw<ImportView | undefined>()
  #file: File | undefined
  readonly #profile: ProfileInTab

  constructor(profile: ProfileInTab) {
    this.#profile = profile
  }

  async look(file: File, deviceId: DeviceId): Promise<void> {
    this.forget()
    this.view = await this.#ask(file, deviceId, true)
    this.#file = file
  }

  async bring(deviceId: DeviceId): Promise<void> {
    if (this.#file !== undefined) this.view = await this.#ask(this.#file, deviceId, false)
    this.#file = undefined
  }

  forget(): void {
    this.view = undefined
    this.#file = undefined
  }

  async #ask(file: File, deviceId: DeviceId, isPreview: boolean): Promise<ImportView> {
    const agent = this.#profile.device(deviceId)
    const documents: DocumentImport[] = []
    const hash = await this.#carry(file, deviceId)
    const totals = await callAgent(
      agent,
      importProfileCommand,
      { hash, preview: isPreview },
      { onEvent: (event) => void documents.push(event) },
    )
    const told = documents.filter(({ added, bothKept, keptHere }) => added + bothKept + keptHere > 0)
    return { isPreview, fileName: file.name, totals, documents: told }
  }

  async #carry(file: File, deviceId: DeviceId): Promise<Hash> {
    if (file.size > LIMITS.importMaxBytes)
      throw new CloudError(
        'import-too-large',
        `The file has more than ${String(LIMITS.importMaxBytes / 2 ** 20)} MiB. Nothing was changed.`,
      )
    const bytes = new Uint8Array(await file.arrayBuffer())
    const hash = findId('Hash', hexFromBytes(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))))
    if (hash === undefined) throw new RangeError('a digest is a hash')
    const agent = this.#profile.device(deviceId)
    for (let have = 0; have < bytes.length;) {
      const piece = { hash, sizeBytes: bytes.length, offset: have, bytes: bytes.subarray(have, have + PIECE_BYTES) }
      const { haveBytes } = await callAgent(agent, putImportCommand, piece)
      if (haveBytes <= have) throw new CloudError('incomplete', 'The file did not come whole. Nothing was changed.')
      have = haveBytes
    }
    return hash
  }
}

const PIECE_BYTES = LIMITS.jobInlineMaxBytes
