import type { RpcClient } from '@cloudos/mesh/rpc'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import type { WayIn } from '@cloudos/crypto/way-in'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { drillCommand, readForDrillCommand } from '@cloudos/protocol/recovery-commands'
import type { Drilled } from '@cloudos/protocol/recovery-commands'
import { findSlotKind } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import { callAgent } from '../profile/agent-commands.ts'
import type { OpenRefusal } from '../profile/ways.ts'
import type { ClosedDoor } from './opening.svelte.ts'

/**
 * One copy of a device is tried as if everything else were lost: read anew from its place, opened here by a way in that is asked for again,
 * and brought back in that device's memory with what its own vault holds.
 */
export class CopyDrill {
  /** The copy as it lies there, once it has been read. */
  copy = $state.raw<SealedCopy>()
  /** Why it cannot be read, or did not bring everything back. */
  problem = $state<string>()
  drilled = $state.raw<Drilled>()
  readonly #client: () => RpcClient
  readonly #mediumId: string

  constructor(client: () => RpcClient, mediumId: string) {
    this.#client = client
    this.#mediumId = mediumId
  }

  get kinds(): readonly SlotKind[] {
    return (this.copy?.slots ?? []).map(findSlotKind).filter((kind) => kind !== undefined)
  }

  /** What a way in is tried on; `undefined` until the copy has been read. */
  get door(): ClosedDoor | undefined {
    const { copy } = this
    if (copy === undefined) return undefined
    return {
      profileId: copy.profileId,
      open: (way) => this.#open(copy, way),
      sayWrongWords: async (text) => {
        const { sayWrongWords } = await import('@cloudos/mesh/recovery/words')
        return (await sayWrongWords(copy, text)).message
      },
    }
  }

  async read(): Promise<void> {
    this.problem = undefined
    const entries: Uint8Array[] = []
    await this.#telling(async () => {
      const shown = await callAgent(
        this.#client(),
        readForDrillCommand,
        { mediumId: this.#mediumId },
        { onEvent: (piece) => entries.push(...piece.entries) },
      )
      const { profileId, slots, sealedVault } = shown
      this.copy = { profileId, slots, sealedVault, entries }
    })
  }

  async #open(copy: SealedCopy, way: WayIn): Promise<OpenRefusal | undefined> {
    const { openCopy, wipeVault } = await import('@cloudos/mesh/recovery/open-copy')
    const opened = await openCopy(copy, way)
    if (!opened.ok) return opened.error
    const { vault, slotName } = opened.value
    await this.#telling(async () => {
      const drill = { mediumId: this.#mediumId, way: slotName, epochKeys: [...vault.keyByEpoch] }
      this.drilled = await callAgent(this.#client(), drillCommand, drill)
    })
    wipeVault(vault)
    return undefined
  }

  async #telling(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = cause.message
    }
  }
}
