import { APPROVALS_PENDING_MAX } from './budgets.ts'
import { bytesOf, bytesUpTo, hexOf, id, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { CallerKind } from './grants.ts'
import type { DeviceId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

/** The exact action a person says yes to; its canonical bytes are what is hashed and shown. */
export interface ApprovalRequest {
  /** Where it is to be done. */
  readonly executor: DeviceId
  readonly asker: CallerKind
  readonly askerId?: DeviceId
  readonly command: string
  readonly params: Uint8Array
  readonly expiresAtMs: number
  /** Two requests for the same are two. */
  readonly nonce: Uint8Array
}

export const approvalRequest = record<ApprovalRequest>({
  executor: at(1, id('DeviceId'), 'where it is to be done'),
  asker: at(2, oneOf<CallerKind>({ owner: 1, page: 2, device: 3 }), 'who asks'),
  askerId: maybeAt(3, id('DeviceId'), 'with which device'),
  command: at(4, text(64), 'what is to be done'),
  params: at(5, bytesUpTo(LIMITS.rpcMaxBytes), 'with what'),
  expiresAtMs: at(6, uint(), 'after this it is refused'),
  nonce: at(7, bytesOf(16), 'makes it one of its kind'),
})

/** A request that waits for a yes. `request` is the canonical encoding of `ApprovalRequest`; compute `hash` before believing it. */
export interface PendingApproval {
  readonly approvalId: string
  readonly request: Uint8Array
  readonly hash: Hash
}

const approvalId = at(1, hexOf(16), 'which request')
const hash = at(2, id('Hash'), 'hash of the request as it was shown')

const pendingApproval = record<PendingApproval>({
  approvalId,
  request: at(2, bytesUpTo(LIMITS.rpcMaxBytes), 'the exact action'),
  hash: at(3, id('Hash'), 'its hash'),
})

export interface PendingApprovals {
  readonly pending: readonly PendingApproval[]
}

const pendingApprovals = record<PendingApprovals>({
  pending: at(1, list(pendingApproval, { max: 64 * APPROVALS_PENDING_MAX }), 'what waits for a yes'),
})

const grant = { resource: 'approval:*', act: 'read' }

export const listApprovalsCommand: CommandShape<Nothing, PendingApprovals> = {
  name: 'approval.list',
  effect: 'reads',
  grant,
  says: 'List what waits for a yes.',
  examples: ['cloudos approval list'],
  input: nothing,
  output: pendingApprovals,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export const watchApprovalsCommand: CommandShape<Nothing, Nothing, PendingApprovals> = {
  name: 'approval.watch',
  effect: 'reads',
  grant,
  says: 'Tell all that waits for a yes whenever that changes, until it is stopped.',
  examples: ['cloudos approval watch'],
  input: nothing,
  output: nothing,
  event: pendingApprovals,
  repeat: 'harmless',
  timeoutMs: LIMITS.rpcMaxTimeoutMs,
}

/** The hash binds the yes to what was on the screen. */
export interface ApprovalAnswer {
  readonly approvalId: string
  readonly hash: Hash
}

const answer = record<ApprovalAnswer>({ approvalId, hash })
const EXAMPLE = `--approval-id 00112233445566778899aabbccddeeff --hash ${'0'.repeat(64)}`

export const giveApprovalCommand: CommandShape<ApprovalAnswer, Nothing> = {
  name: 'approval.give',
  effect: 'controls',
  grant: { resource: 'approval:*', act: 'control' },
  says: 'Say yes, once, to exactly what was shown.',
  examples: [`cloudos approval give ${EXAMPLE}`],
  input: answer,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export const refuseApprovalCommand: CommandShape<ApprovalAnswer, Nothing> = {
  name: 'approval.refuse',
  effect: 'controls',
  grant: { resource: 'approval:*', act: 'control' },
  says: 'Say no to what waits for a yes.',
  examples: [`cloudos approval refuse ${EXAMPLE}`],
  input: answer,
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}
