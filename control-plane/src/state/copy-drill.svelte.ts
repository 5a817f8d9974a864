import type { RpcClient } from '@cloudos/mesh/rpc'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import type { WayIn } from '@cloudos/crypto/way-in'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { drillCommand, readForDrillCommand } from '@cloudos/protocol/recovery-commands'
import type { DrillEntry, Drilled } from '@cloudos/protocol/recovery-commands'
import { findSlotKind } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import { callAgent } from '../profile/agent-commands.ts'
import type { OpenRefusal } from '../profile/ways.ts'
import type { ClosedDoor } from './opening.svelte.ts'

/** What the place is signed in to with: nothing where it takes none, or somebody has just signed in to a Drive for this. */
export type DrillCredential = Omit<DrillEntry, 'mediumId'>

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
  /** The place has refused what was typed; nothing is known of the copy. */
  credentialProblem = $state<string>()
  busy = $state(false)
  #credential: DrillCredential = {}
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

  async read(credential: DrillCredential = {}): Promise<void> {
    this.problem = undefined
    this.credentialProblem = undefined
    this.#credential = credential
    this.busy = true
    const entries: Uint8Array[] = []
    await this.#telling(async () => {
      const shown = await callAgent(
        this.#client(),
        readForDrillCommand,
        { mediumId: this.#mediumId, ...credential },
        { onEvent: (piece) => entries.push(...piece.entries) },
      )
      const { profileId, slots, sealedVault } = shown
      this.copy = { profileId, slots, sealedVault, entries }
    })
    this.busy = false
  }

  async #open(copy: SealedCopy, way: WayIn): Promise<OpenRefusal | undefined> {
    const { openCopy, wipeVault } = await import('@cloudos/mesh/recovery/open-copy')
    const opened = await openCopy(copy, way)
    if (!opened.ok) return opened.error
    const { vault, slotName } = opened.value
    await this.#telling(async () => {
      const drill = { mediumId: this.#mediumId, ...this.#credential, way: slotName, epochKeys: [...vault.keyByEpoch] }
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
      if (OF_TYPING.has(cause.code)) this.credentialProblem = cause.message
      else this.problem = cause.message
    }
  }
}

/** What is wrong is what somebody typed, or where somebody signed in. */
const OF_TYPING = new Set(['needs-credential', 'wrong-account', 'wrong-credential'])
