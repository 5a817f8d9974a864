import { hashFor } from '@cloudos/crypto/hash'
import { approvalRequest } from '@cloudos/protocol/approval-commands'
import type { ApprovalAnswer, PendingApproval } from '@cloudos/protocol/approval-commands'
import { APPROVAL_LASTS_MS, APPROVALS_PENDING_MAX, APPROVALS_PER_HOUR } from '@cloudos/protocol/budgets'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Approval } from '@cloudos/protocol/decide'
import type { Caller } from '@cloudos/protocol/grants'
import type { DeviceId } from '@cloudos/protocol/ids'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { encodeRecord } from '@cloudos/protocol/record'
import { callerKey } from './caller-key.ts'

export interface ApprovalDeskParts {
  readonly executor: DeviceId
  readonly clock: Clock
  readonly rng: Rng
}

export interface Wanted {
  readonly caller: Caller
  readonly command: string
  readonly params: Uint8Array
}

interface Waiting {
  readonly pending: PendingApproval
  readonly asker: string
  readonly expiresAtMs: number
  readonly decided: PromiseWithResolvers<Approval>
}

const HOUR_MS = 60 * 60_000

/** What waits for a person's yes. A yes is for one exact request, once; silence for five minutes is a no. */
export class ApprovalDesk {
  readonly #parts: ApprovalDeskParts
  readonly #waiting = new Map<string, Waiting>()
  readonly #askedAtMs = new Map<string, readonly number[]>()
  readonly #watchers = new Set<(pending: readonly PendingApproval[]) => void>()

  constructor(parts: ApprovalDeskParts) {
    this.#parts = parts
  }

  /** Resolves with the yes. Rejects when it is refused, nobody answers in time, too much was asked, or `signal` aborts. */
  async ask({ caller, command, params }: Wanted, signal: AbortSignal): Promise<Approval> {
    const { executor, clock, rng } = this.#parts
    const asker = callerKey(caller)
    this.#count(asker)
    const expiresAtMs = clock.nowMs() + APPROVAL_LASTS_MS
    const request = encodeRecord(approvalRequest, {
      executor,
      asker: caller.kind,
      ...(caller.kind !== 'owner' && { askerId: caller.deviceId }),
      command,
      params,
      expiresAtMs,
      nonce: rng.bytes(16),
    })
    const approvalId = hexFromBytes(rng.bytes(16))
    const pending = { approvalId, request, hash: idFromBytes('Hash', hashFor('approval', request)) }
    const decided = Promise.withResolvers<Approval>()
    const over = new AbortController()
    this.#waiting.set(approvalId, { pending, asker, expiresAtMs, decided })
    this.#tell()
    void clock.sleep(APPROVAL_LASTS_MS, AbortSignal.any([signal, over.signal])).then(() => {
      decided.reject(new CloudError('approval-expired', 'Nobody said yes in time. Nothing was done; ask again.'))
    })
    return decided.promise.finally(() => {
      over.abort()
      this.#waiting.delete(approvalId)
      this.#tell()
    })
  }

  list(): readonly PendingApproval[] {
    return [...this.#waiting.values()].map(({ pending }) => pending)
  }

  watch(watcher: (pending: readonly PendingApproval[]) => void): () => void {
    this.#watchers.add(watcher)
    watcher(this.list())
    return () => this.#watchers.delete(watcher)
  }

  /** Throws unless `by` is a person's device other than the one that asks, or the owner at the terminal. */
  give(answer: ApprovalAnswer, by: Caller): void {
    const { pending, expiresAtMs, decided } = this.#find(answer, by)
    const { approvalId, hash } = pending
    decided.resolve({ approvalId, requestHash: hash, expiresAtMs, isUsed: false })
  }

  refuse(answer: ApprovalAnswer, by: Caller): void {
    this.#find(answer, by).decided.reject(new CloudError('approval-refused', 'The owner said no. Nothing was done.'))
  }

  #find({ approvalId, hash }: ApprovalAnswer, by: Caller): Waiting {
    if (by.kind === 'device' || (by.kind === 'page' && !by.canApprove))
      throw new CloudError('may-not-approve', 'Only a person in front of a page, or at the terminal, can answer this.')
    const waiting = this.#waiting.get(approvalId)
    if (waiting === undefined)
      throw new CloudError('nothing-waits', 'That request is no longer waiting. Whoever made it can ask again.')
    if (waiting.pending.hash !== hash)
      throw new CloudError('another-request', 'What was shown is not what waits. Load the list again and compare.')
    if (by.kind !== 'owner' && waiting.asker === callerKey(by))
      throw new CloudError(
        'own-request',
        'A device cannot say yes to itself. Answer on another page or at the terminal.',
      )
    return waiting
  }

  /** A person who is asked all day says yes to everything. */
  #count(asker: string): void {
    const nowMs = this.#parts.clock.nowMs()
    const recent = (this.#askedAtMs.get(asker) ?? []).filter((askedAtMs) => nowMs - askedAtMs < HOUR_MS)
    const pending = [...this.#waiting.values()].filter((waiting) => waiting.asker === asker).length
    if (pending >= APPROVALS_PENDING_MAX || recent.length >= APPROVALS_PER_HOUR)
      throw new CloudError(
        'too-many-approvals',
        'Too much waits for a yes, or was asked for in the last hour. Wait, then ask again.',
      )
    this.#askedAtMs.set(asker, [...recent, nowMs])
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher(this.list())
  }
}
