import type { AuditTip } from '@cloudos/crypto/audit-chain'
import type { RpcClient } from '@cloudos/mesh/rpc'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { exportAuditCommand, fitsAudit, listAuditCommand, watchAuditCommand } from '@cloudos/protocol/audit-commands'
import type { AuditQuery } from '@cloudos/protocol/audit-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { findLostEntries } from './audit-memory.ts'
import type { LostEntries } from './audit-memory.ts'
import { callAgent, watchAgent } from '../profile/agent-commands.ts'

/** What the agent has signed of its chain for the profile's other devices. */
type HandedOver = () => Promise<AuditTip | undefined>

/** What one agent has decided, as far as this tab has asked for it. */
export class AuditTrail {
  entries = $state.raw<readonly AuditEntry[] | undefined>()
  gaps = $state.raw<readonly number[]>([])
  problem = $state.raw<string | undefined>()
  hasMore = $state(false)
  paused = $state(false)
  query = $state.raw<AuditQuery>({})
  /** What this browser has seen of it before and is gone. */
  lost = $state.raw<LostEntries | undefined>()
  readonly #client: RpcClient
  readonly #deviceId: DeviceId
  readonly #handedOver: HandedOver

  constructor(client: RpcClient, deviceId: DeviceId, handedOver: HandedOver, query: AuditQuery = {}) {
    this.#client = client
    this.#deviceId = deviceId
    this.#handedOver = handedOver
    this.query = query
  }

  /** Loads, and tells of new decisions, until `signal` aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const onEvent = (entry: AuditEntry): void => {
      if (this.paused || this.entries === undefined || !fitsAudit(entry, this.query)) return
      if (entry.seq > (this.entries[0]?.seq ?? 0)) this.entries = [entry, ...this.entries]
    }
    await this.#orProblem(async () => {
      await this.#load(this.query)
      await watchAgent(this.#client, watchAuditCommand, { onEvent, signal, timeoutMs: LIMITS.rpcMaxTimeoutMs })
    })
  }

  async filter(query: AuditQuery): Promise<void> {
    this.query = query
    await this.#orProblem(() => this.#load(query))
  }

  async resume(): Promise<void> {
    this.paused = false
    await this.filter(this.query)
  }

  async more(): Promise<void> {
    const { entries = [], query } = this
    const before = entries.at(-1)?.seq
    if (before === undefined) return
    await this.#orProblem(async () => {
      const page = await callAgent(this.#client, listAuditCommand, { ...query, before })
      this.entries = [...entries, ...page.entries]
      this.gaps = [...this.gaps, ...page.gaps.filter((seq) => !this.gaps.includes(seq))]
      this.hasMore = page.hasMore
    })
  }

  /** The whole file, as `cloudos audit verify` takes it; `undefined` when it did not come whole. */
  async file(): Promise<Blob | undefined> {
    const pieces: BlobPart[] = []
    let heard = 0
    return this.#orProblem(async () => {
      const onEvent = ({ bytes }: { readonly bytes: Uint8Array }): void => {
        pieces.push(new Uint8Array(bytes))
        heard += bytes.length
      }
      const { sizeBytes } = await callAgent(this.#client, exportAuditCommand, {}, { onEvent })
      if (heard === sizeBytes) return new Blob(pieces, { type: 'application/jsonl' })
      throw new CloudError('not-whole', 'The file did not come whole. Try again.')
    })
  }

  async #load(query: AuditQuery): Promise<void> {
    const page = await callAgent(this.#client, listAuditCommand, query)
    if (query !== this.query) return
    this.entries = page.entries
    this.gaps = page.gaps
    this.hasMore = page.hasMore
    const list = (older: AuditQuery) => callAgent(this.#client, listAuditCommand, older)
    this.lost = await findLostEntries(localStorage, this.#deviceId, page, list, await this.#handedOver())
  }

  async #orProblem<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      this.problem = undefined
      return await act()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = cause.message
      return undefined
    }
  }
}
