import { hashId } from '@cloudos/crypto/hash'
import type { RpcCall } from '@cloudos/mesh/rpc'
import { APPROVAL_LASTS_MS } from '@cloudos/protocol/budgets'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AnyCommand } from '@cloudos/protocol/command'
import { decide } from '@cloudos/protocol/decide'
import type { Decision, Question } from '@cloudos/protocol/decide'
import { GRANTS_BY_CALLER } from '@cloudos/protocol/grants'
import type { Caller } from '@cloudos/protocol/grants'
import type { Policy } from '@cloudos/protocol/policy'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { AuditDesk, Decided } from '../audit/audit-desk.ts'
import type { Outcomes } from '../journal/outcomes.ts'
import type { ApprovalDesk } from './approval-desk.ts'
import { callerKey } from './caller-key.ts'
import { sayDenial } from './denial-text.ts'
import type { Registered } from './register.ts'
import { Spending } from './spending.ts'
import { createTraceIds } from './trace-ids.ts'

export interface DispatchParts {
  readonly commands: readonly Registered[]
  readonly approvals: Pick<ApprovalDesk, 'ask'>
  readonly audit: Pick<AuditDesk, 'effect' | 'inPassing'>
  readonly outcomes: Outcomes
  /** `undefined` when it cannot be read: then nothing is allowed. */
  readonly policy: () => Policy | undefined
  readonly clock: Clock
  readonly rng: Rng
}

/** Rejects with `CloudError` when the command is refused, and with the command's own when it breaks. */
export type Dispatch = (caller: Caller, call: RpcCall) => Promise<Uint8Array>

/**
 * The one way to an effect: identity (the channel's) → grant → policy → approval → budget → journal → handler. Nothing else holds a
 * handler.
 */
export function createDispatch(parts: DispatchParts): Dispatch {
  const commandByName = new Map(parts.commands.map((command) => [command.shape.name, command]))
  const spending = new Spending()
  const newTrace = createTraceIds(parts.rng)
  return async (caller, call) => {
    const { method, params, idempotencyKey, traceId = newTrace() } = call.request
    const command = commandByName.get(method)
    const { clock } = parts
    const question: Question = {
      caller,
      command: command?.shape,
      grants: GRANTS_BY_CALLER[caller.kind],
      policy: parts.policy(),
      budget: command && [spending.of(caller, command.shape.effect, clock.monotonicMs())],
      nowMs: clock.nowMs(),
    }
    const first = decide(question)
    const decided = { caller, command: command?.shape, params, traceId }
    if (command === undefined || (!first.allow && first.why !== 'approval-needed'))
      throw denied(parts, { ...decided, decision: first })
    const run = command.prepare(params)
    if (command.shape.repeat === 'needs-key' && idempotencyKey === undefined)
      throw new CloudError('needs-key', `The command ${method} must not happen twice: send an idempotency key.`)
    const decision = first.allow
      ? first
      : await call.asking(APPROVAL_LASTS_MS, () => afterApproval(parts, question, decided, call.signal))
    spending.count(caller, command.shape.effect, clock.monotonicMs())
    const act = (): Promise<Uint8Array> =>
      journalled(parts, { ...decided, decision }, () => run({ caller, traceId, tell: call.tell, signal: call.signal }))
    if (command.shape.repeat === 'harmless' || idempotencyKey === undefined) return act()
    const request = hashId(new Uint8Array([...utf8(method), 0, ...params]))
    return once(parts, { caller: callerKey(caller), key: idempotencyKey, request }, act)
  }
}

function denied({ audit }: DispatchParts, decided: Decided): CloudError {
  audit.inPassing(decided)
  return sayDenial(decided.decision, decided.command?.name)
}

type Asked = Omit<Decided, 'decision'>

async function afterApproval(
  parts: DispatchParts,
  question: Question,
  asked: Asked,
  signal: AbortSignal,
): Promise<Decision> {
  const { approvals, audit, clock } = parts
  const wanted = { caller: asked.caller, command: asked.command?.name ?? '', params: asked.params }
  const needed: Decision = { allow: false, why: 'approval-needed' }
  try {
    const approval = await approvals.ask(wanted, signal)
    const decision = decide({ ...question, requestHash: approval.requestHash, approval, nowMs: clock.nowMs() })
    if (!decision.allow) throw denied(parts, { ...asked, decision })
    return decision
  } catch (cause) {
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
