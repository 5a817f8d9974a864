import { hashId } from '@cloudos/crypto/hash'
import type { RpcCall } from '@cloudos/mesh/rpc'
import { APPROVAL_LASTS_MS } from '@cloudos/protocol/budgets'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AnyCommand } from '@cloudos/protocol/command'
import { decide } from '@cloudos/protocol/decide'
import type { Approval, Decision, Question } from '@cloudos/protocol/decide'
import { OWN_RIGHT } from '@cloudos/protocol/grants'
import type { Caller } from '@cloudos/protocol/grants'
import type { Policy } from '@cloudos/protocol/policy'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { AuditDesk, Decided } from '../audit/audit-desk.ts'
import type { Outcomes } from '../journal/outcomes.ts'
import type { ApprovalDesk, Wanted } from './approval-desk.ts'
import { callerKey } from './caller-key.ts'
import { sayDenial, sayTokenDenial } from './denial-text.ts'
import type { Registered } from './register.ts'
import { Spending } from './spending.ts'
import type { Shown, TokenDesk } from './token-desk.ts'
import { createTraceIds } from './trace-ids.ts'

export interface DispatchParts {
  readonly commands: readonly Registered[]
  readonly approvals: Pick<ApprovalDesk, 'ask'>
  readonly audit: Pick<AuditDesk, 'effect' | 'inPassing'>
  readonly outcomes: Outcomes
  readonly tokens: Pick<TokenDesk, 'present'>
  /** `undefined` when it cannot be read: then nothing is allowed. */
  readonly policy: () => Policy | undefined
  /** Whether something besides one copy says that what is here is the newest: what changes who is in waits for that. */
  readonly isFresh: () => Promise<boolean>
  /** Throws `CloudError` 'no-way-back' while a single loss could take the profile: what `needsWaysBack` waits for. */
  readonly waysBack: () => Promise<void>
  readonly clock: Clock
  readonly rng: Rng
}

/** Rejects with `CloudError` when the command is refused, and with the command's own when it breaks. */
export type Dispatch = (caller: Caller, call: RpcCall) => Promise<Uint8Array>

/**
 * The one way to an effect: identity (the channel's) → grant → policy → freshness and ways back, where it waits for them → approval →
 * budget → journal → handler. Nothing else holds a handler.
 */
export function createDispatch(parts: DispatchParts): Dispatch {
  const commandByName = new Map(parts.commands.map((command) => [command.shape.name, command]))
  const spending = new Spending()
  const newTrace = createTraceIds(parts.rng)
  return async (caller, call) => {
    const { method, params, idempotencyKey, token, traceId = newTrace() } = call.request
    const command = commandByName.get(method)
    const decided = { caller, command: command?.shape, params, traceId }
    const shown = token === undefined ? undefined : await present(parts, decided, token)
    const first = decide(questionOf(parts, spending, decided, shown))
    if (command === undefined || (!first.allow && first.why !== 'approval-needed'))
      throw denied(parts, { ...decided, ...withToken(shown), decision: first })
    if (command.shape.needsFresh === true && !(await parts.isFresh()))
      throw denied(parts, { ...decided, ...withToken(shown), decision: { allow: false, why: 'freshness-unproven' } })
    const run = command.prepare(params)
    if (command.shape.repeat === 'needs-key' && idempotencyKey === undefined)
      throw new CloudError('needs-key', `The command ${method} must not happen twice: send an idempotency key.`)
    if (command.shape.needsWaysBack === true) await beAbleToComeBack(parts, decided)
    const decision = first.allow
      ? first
      : await call.asking(APPROVAL_LASTS_MS, () => afterApproval(parts, spending, decided, call))
    spending.count(caller, command.shape.effect, parts.clock.monotonicMs())
    shown?.use(command.shape.grant)
    const act = (): Promise<Uint8Array> =>
      journalled(parts, { ...decided, ...withToken(shown), decision }, () =>
        run({ caller, traceId, tell: call.tell, signal: call.signal }),
      )
    if (command.shape.repeat === 'harmless' || idempotencyKey === undefined) return act()
    const request = hashId(new Uint8Array([...utf8(method), 0, ...params]))
    return once(parts, { caller: callerKey(caller), key: idempotencyKey, request }, act)
  }
}

type Asked = Omit<Decided, 'decision'>

/** All that is known at this moment: what a person's yes took time for may have changed meanwhile. */
function questionOf(
  { policy, clock }: DispatchParts,
  spending: Spending,
  { caller, command }: Asked,
  shown: Shown | undefined,
): Question {
  return {
    caller,
    command,
    held: shown === undefined ? OWN_RIGHT[caller.kind] : shown.held,
    policy: policy(),
    budget: command && [
      spending.of(caller, command.effect, clock.monotonicMs()),
      ...(shown === undefined ? [] : shown.left(command.grant)),
    ],
    nowMs: clock.nowMs(),
  }
}

function denied({ audit }: DispatchParts, decided: Decided): CloudError {
  audit.inPassing(decided)
  return sayDenial(decided.decision, decided.command?.name)
}

/** Before anybody is asked for a yes to what would be refused. */
async function beAbleToComeBack({ waysBack, audit }: DispatchParts, asked: Asked): Promise<void> {
  try {
    await waysBack()
  } catch (cause) {
    const decision: Decision = { allow: false, why: 'forbidden-by-policy' }
    if (cause instanceof CloudError) audit.inPassing({ ...asked, decision, reason: cause.code })
    throw cause
  }
}

/** A token stands for all that its caller may, and one that is not good for nothing. */
async function present({ tokens, audit }: DispatchParts, asked: Asked, token: Uint8Array): Promise<Shown> {
  const shown = await tokens.present(token, asked.caller)
  if (shown.ok) return shown.value
  audit.inPassing({ ...asked, decision: { allow: false, why: 'no-grant' }, reason: shown.error })
  throw sayTokenDenial(shown.error)
}

function withToken(shown: Shown | undefined): Pick<Decided, 'tokenId'> {
  return shown === undefined ? {} : { tokenId: shown.tokenId }
}

async function afterApproval(
  parts: DispatchParts,
  spending: Spending,
  asked: Asked,
  { request: { token }, signal }: RpcCall,
): Promise<Decision> {
  const { caller, command, params } = asked
  const approval = await askOwner(parts, { caller, command: command?.name ?? '', params }, asked, signal)
  const shown = token === undefined ? undefined : await present(parts, asked, token)
  const question = questionOf(parts, spending, asked, shown)
  const decision = decide({ ...question, requestHash: approval.requestHash, approval })
  if (!decision.allow) throw denied(parts, { ...asked, ...withToken(shown), decision })
  return decision
}

async function askOwner(
  { approvals, audit }: DispatchParts,
  wanted: Wanted,
  asked: Asked,
  signal: AbortSignal,
): Promise<Approval> {
  try {
    return await approvals.ask(wanted, signal)
  } catch (cause) {
    const needed: Decision = { allow: false, why: 'approval-needed' }
    if (cause instanceof CloudError) audit.inPassing({ ...asked, decision: needed, reason: cause.code })
    throw cause
  }
}

/** An effect is on the record before it happens; a read is not held up by the disk. */
async function journalled(
  { audit }: DispatchParts,
  decided: Decided & { readonly command: AnyCommand | undefined },
  act: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (decided.command?.effect === 'reads') audit.inPassing(decided)
  else await audit.effect(decided)
  return act()
}

interface Keyed {
  readonly caller: string
  readonly key: string
  readonly request: string
}

/** A command that fails has done nothing and may be tried again with its key; one that was cut off is told apart. */
async function once(
  { outcomes, clock }: DispatchParts,
  key: Keyed,
  act: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const outcome = outcomes.begin(key, clock.nowMs())
  switch (outcome.kind) {
    case 'done':
      return outcome.result
    case 'another':
      throw new CloudError('key-used', 'That idempotency key was used for another request. Take a fresh one.')
    case 'unknown':
      throw new CloudError(
        'outcome-unknown',
        'This was asked before and is still going on, or was cut off. Look at what is there before you ask again with a fresh key.',
      )
    case 'new':
  }
  try {
    const result = await act()
    outcomes.finish(key, result)
    return result
  } catch (cause) {
    if (cause instanceof CloudError) outcomes.forget(key)
    throw cause
  }
}
