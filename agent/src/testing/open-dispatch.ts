import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { RpcCall } from '@cloudos/mesh/rpc'
import type { Clock } from '@cloudos/protocol/ports'
import { AuditDesk } from '../audit/audit-desk.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { approvalCommands } from '../commands/approval.ts'
import { ApprovalDesk } from '../commands/approval-desk.ts'
import { auditCommands } from '../commands/audit.ts'
import { createDispatch } from '../commands/dispatch.ts'
import type { Dispatch, DispatchParts } from '../commands/dispatch.ts'
import { createPolicyBook, policyCommands } from '../commands/policy.ts'
import type { Registered } from '../commands/register.ts'
import { createDisk } from '../disk.ts'
import { TokenDesk } from '../commands/token-desk.ts'
import type { TokenDeskParts } from '../commands/token-desk.ts'
import { tokenCommands } from '../commands/token.ts'
import { openJournal } from '../journal/journal.ts'
import { createReserve } from '../reserve.ts'

export interface OpenDispatch {
  readonly dispatch: Dispatch
  readonly audit: AuditLog
  readonly approvals: ApprovalDesk
  readonly tokens: TokenDesk
}

/** A folder that was there before is a restart; `member` is who is in the profile. */
export type Surroundings = Partial<Pick<TokenDeskParts, 'member'>> &
  Partial<Pick<DispatchParts, 'isFresh' | 'waysBack'>> & { readonly folder?: string }

/** A dispatcher with its real journal, audit chain, desk and policy in a folder of its own; `commands` beside those they bring. */
export async function openDispatch(
  t: Pick<TestContext, 'after'>,
  clock: Clock,
  commands: readonly Registered[] = [],
  {
    folder: given,
    member = () => undefined,
    isFresh = () => Promise.resolve(true),
    waysBack = () => Promise.resolve(),
  }: Surroundings = {},
): Promise<OpenDispatch> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'dispatch-'))
  const isOwn = given === undefined
  const rng = createDice(5)
  const identity = deviceIdentityFrom(createDeviceSeeds(rng))
  const journal = openJournal(join(folder, 'journal.db'), 0, createReserve(join(folder, 'reserve')))
  const audit = await AuditLog.open({ disk: createDisk(join(folder, 'audit')), identity, clock })
  t.after(async () => {
    await audit[Symbol.asyncDispose]()
    journal.close()
    if (isOwn) rmSync(folder, { recursive: true, force: true })
  })
  const approvals = new ApprovalDesk({ executor: identity.deviceId, clock, rng })
  const book = createPolicyBook(journal.settings)
  const tokens = new TokenDesk({ identity, member, tokens: journal.tokens, clock, rng })
  const dispatch = createDispatch({
    commands: [
      ...commands,
      ...approvalCommands(approvals),
      ...policyCommands(book),
      ...auditCommands(audit),
      ...tokenCommands(tokens),
    ],
    approvals,
    audit: new AuditDesk(audit, clock),
    outcomes: journal.outcomes,
    tokens,
    policy: () => book.current(),
    isFresh,
    waysBack,
    clock,
    rng,
  })
  return { dispatch, audit, approvals, tokens }
}

/** One call as the RPC server makes it. */
export function rpcCall(method: string, params: Uint8Array, more: Partial<RpcCall['request']> = {}): RpcCall {
  return {
    request: { id: 1, method, params, timeoutMs: 10_000, ...more },
    tell: () => undefined,
    signal: new AbortController().signal,
    asking: (_forMs, wait) => wait(),
  }
}
