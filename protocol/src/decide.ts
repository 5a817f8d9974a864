import { EFFECTS } from './command.ts'
import type { AnyCommand } from './command.ts'
import { CALLER_KINDS, holdsGrant } from './grants.ts'
import type { Caller, Held } from './grants.ts'
import { verdictOf } from './policy.ts'
import type { Policy, PolicyVerdict } from './policy.ts'
import type { Hash } from './ids.ts'

/** A yes to exactly one request. */
export interface Approval {
  readonly approvalId: string
  /** Of the request as it was shown. */
  readonly requestHash: Hash
  readonly expiresAtMs: number
  readonly isUsed: boolean
}

/** So much of a kind in a span of time; `used` counts what came before this one. */
export interface Allowance {
  readonly max: number
  readonly used: number
}

/** All that a decision rests on. Whatever is absent was not found out, and denies. */
export interface Question {
  readonly caller: Caller | undefined
  readonly command: Pick<AnyCommand, 'name' | 'effect' | 'grant'> | undefined
  /** What the caller holds: out of its own right, or by the token it shows. */
  readonly held: Held | undefined
  readonly policy: Policy | undefined
  readonly requestHash?: Hash
  readonly approval?: Approval
  readonly budget: readonly Allowance[] | undefined
  readonly nowMs: number
}

export type Denial =
  | 'no-identity'
  | 'no-such-command'
  | 'no-grant'
  | 'grant-lapsed'
  | 'forbidden-by-policy'
  | 'approval-needed'
  | 'approval-invalid'
  | 'over-budget'
  | 'freshness-unproven'

export type Decision =
  { readonly allow: true; readonly approvalId?: string } | { readonly allow: false; readonly why: Denial }

/**
 * Whether a command may be run: identity → grant → policy → approval → budget, and the first that does not clearly say yes denies.
 * No clock, no I/O: the same question always has the same answer.
 */
export function decide({ caller, command, held, policy, requestHash, approval, budget, nowMs }: Question): Decision {
  if (!isCaller(caller)) return deny('no-identity')
  if (!isCommand(command)) return deny('no-such-command')
  if (!Array.isArray(held?.grants) || !holdsGrant(held.grants, command.grant)) return deny('no-grant')
  if (!(held.fromMs <= nowMs && nowMs < held.untilMs)) return deny('grant-lapsed')
  const verdict = isOwnersKey(caller, command) ? 'allow' : findVerdict(policy, caller, command)
  let approvalId: string | undefined
  switch (verdict) {
    case 'forbid':
    case 'unknown':
      return deny('forbidden-by-policy')
    case 'ask':
      if (!approval) return deny('approval-needed')
      if (!isGood(approval, requestHash, nowMs)) return deny('approval-invalid')
      approvalId = approval.approvalId
      break
    case 'allow':
  }
  if (!Array.isArray(budget) || !budget.every(isLeft)) return deny('over-budget')
  return approvalId === undefined ? { allow: true } : { allow: true, approvalId }
}

function findVerdict(
  policy: Policy | undefined,
  caller: Caller,
  command: NonNullable<Question['command']>,
): PolicyVerdict {
  return Array.isArray(policy?.rules) ? verdictOf(policy, caller.kind, command) : 'unknown'
}

function deny(why: Denial): Decision {
  return { allow: false, why }
}

function isCaller(caller: Caller | null | undefined): caller is Caller {
  return caller !== undefined && caller !== null && CALLER_KINDS.includes(caller.kind)
}

function isCommand(command: Question['command'] | null): command is NonNullable<Question['command']> {
  return command !== undefined && command !== null && EFFECTS.includes(command.effect)
}

/** The owner at the terminal can always change the policy and say yes or no, or a rule could lock everybody out for good. */
function isOwnersKey({ kind }: Caller, { grant }: NonNullable<Question['command']>): boolean {
  return kind === 'owner' && /^(policy|approval):/.test(grant.resource)
}

function isGood(approval: Approval, requestHash: Hash | undefined, nowMs: number): boolean {
  const isSame = requestHash !== undefined && approval.requestHash === requestHash
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-boolean-literal-compare -- an absent flag must deny
  return isSame && approval.isUsed === false && nowMs < approval.expiresAtMs
}

function isLeft({ max, used }: Allowance): boolean {
  return used < max
}
