import { CloudError } from '@cloudos/protocol/cloud-error'
import { beginDriveCommand, finishDriveCommand } from '@cloudos/protocol/drive-commands'
import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import {
  addStorageCommand,
  listStorageCommand,
  removeStorageCommand,
  syncStorageCommand,
  trustStorageCommand,
} from '@cloudos/protocol/storage-commands'
import type { MediumView, NewMedium, SafetyView } from '@cloudos/protocol/storage-commands'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'
import { CopyDrill } from './copy-drill.svelte.ts'

const LOOK_EVERY_MS = 3_000

/** The places where one connected device keeps the profile, as it tells while somebody looks. */
export class StorageOfDevice {
  media = $state.raw<readonly MediumView[]>()
  /** Whether what is saved there is safe, as the device reckons it. */
  safety = $state.raw<SafetyView>()
  problem = $state<string>()
  readonly #profile: ProfileInTab
  readonly #deviceId: DeviceId

  constructor(profile: ProfileInTab, deviceId: DeviceId) {
    this.#profile = profile
    this.#deviceId = deviceId
  }

  /** Looks now and regularly. Returns what ends it. */
  watch(): () => void {
    void this.look()
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
    return () => {
      clearInterval(timer)
    }
  }

  async look(): Promise<void> {
    try {
      const { media, safety } = await callAgent(this.#client(), listStorageCommand, {})
      this.media = media
      this.safety = safety
      this.problem = undefined
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = cause.message
    }
  }

  async add(place: NewMedium): Promise<void> {
    await callAgent(this.#client(), addStorageCommand, place)
    await this.look()
  }

  beginDrive(where: string): Promise<DriveAttempt> {
    return callAgent(this.#client(), beginDriveCommand, { where })
  }

  async finishDrive(answer: DriveAnswer): Promise<DriveAdded> {
    const added = await callAgent(this.#client(), finishDriveCommand, answer)
    await this.look()
    return added
  }

  async sync(mediumId: string): Promise<void> {
    await callAgent(this.#client(), syncStorageCommand, { mediumId })
    await this.look()
  }

  /** Tries whether that copy alone would bring everything back. */
  drill(mediumId: string): CopyDrill {
    return new CopyDrill(() => this.#client(), mediumId)
  }

  async trust(mediumId: string): Promise<void> {
    await callAgent(this.#client(), trustStorageCommand, { mediumId })
    await this.look()
  }

  async remove(mediumId: string): Promise<void> {
    await callAgent(this.#client(), removeStorageCommand, { mediumId, anyway: true })
    await this.look()
  }

  #client() {
    return this.#profile.device(this.#deviceId)
  }
}
