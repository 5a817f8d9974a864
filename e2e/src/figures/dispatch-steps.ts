/** What the dispatcher itself costs: everything before a handler, without the disk, as a whole and step by step. */
import { AuditDesk } from '@cloudos/agent/audit/audit-desk'
import { register } from '@cloudos/agent/commands/register'
import { Spending } from '@cloudos/agent/commands/spending'
import { openDispatch, rpcCall } from '@cloudos/agent/testing/open-dispatch'
import { membershipFrom } from '@cloudos/crypto/membership'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { foundWith, newDevice } from '@cloudos/mesh/testing/profiles'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { readDocumentCommand } from '@cloudos/protocol/commands'
import { decide } from '@cloudos/protocol/decide'
import { GRANTS_BY_CALLER, holdsGrant, OWN_RIGHT } from '@cloudos/protocol/grants'
import type { Caller } from '@cloudos/protocol/grants'
import type { Policy } from '@cloudos/protocol/policy'
import { verdictOf } from '@cloudos/protocol/policy'
import { encodeRecord } from '@cloudos/protocol/record'
import { median } from './statistics.ts'

export const DISPATCH_STEPS = [
  'identity',
  'grant',
  'policy',
  'budget',
  'decision',
  'journal hand-over',
  'parse',
  'encode',
] as const

export type DispatchStep = (typeof DISPATCH_STEPS)[number]

export interface DispatchCost {
  /** Microseconds a call, the median of batches. */
  readonly wholeUs: number
  readonly usByStep: Readonly<Record<DispatchStep, number>>
  readonly batches: number
}

const BATCH = 1_000
/** Until the engine has compiled what is measured. */
const WARM_UPS = 30
const owner: Caller = { kind: 'owner' }

/** The policy of somebody careful, none of whose rules fits. */
const POLICY: Policy = {
  rules: Array.from({ length: 12 }, (_, i) => ({ caller: 'device', subject: `job.step${String(i)}`, verdict: 'ask' })),
}

export async function measureDispatch(batches: number): Promise<DispatchCost> {
  const undo: (() => unknown)[] = []
  const after = (act: () => unknown): unknown => undo.push(act)
  const clock = new SteppedClock(1)
  const reads = register({ shape: readDocumentCommand, run: () => Promise.resolve({ text: '' }) })
  const { dispatch, audit } = await openDispatch({ after }, clock, [reads])
  const params = encodeRecord(readDocumentCommand.input, { document: 'notes' })
  const call = rpcCall('document.read', params)
  const wholeUs = await perCallUs(batches, async () => {
    for (let i = 0; i < BATCH; i++) await dispatch(owner, call)
  })
  const spending = new Spending()
  const desk = new AuditDesk(audit, clock)
  const command = readDocumentCommand
  const question = { caller: owner, command, held: OWN_RIGHT.owner, policy: POLICY, nowMs: 1 }
  const identify = await identification()
  const steps: Readonly<Record<DispatchStep, () => unknown>> = {
    identity: identify,
    grant: () => holdsGrant(GRANTS_BY_CALLER.owner, command.grant),
    policy: () => verdictOf(POLICY, 'owner', command),
    budget: () => {
      const left = spending.of(owner, 'reads', 1)
      spending.count(owner, 'reads', 1)
      return left
    },
    decision: () => decide({ ...question, budget: [{ max: 2, used: 1 }] }),
    'journal hand-over': () => {
      desk.inPassing({ caller: owner, command, params, decision: { allow: true }, traceId: '0'.repeat(32) })
    },
    parse: () => reads.prepare(params),
    encode: () => encodeRecord(readDocumentCommand.output, { text: '' }),
  }
  const measured: [string, number][] = []
  for (const step of DISPATCH_STEPS) measured.push([step, await perCallUs(batches, () => batchOf(steps[step]))])
  for (const act of undo) await act()
  return { wholeUs, usByStep: Object.fromEntries(measured) as DispatchCost['usByStep'], batches }
}

/** Who is at the other end, as the agent asks it for each command of a device. */
async function identification(): Promise<() => unknown> {
  const dice = createDice(7)
  const devices = Array.from({ length: 8 }, () => newDevice(dice))
  const [self = newDevice(dice)] = devices
  const { state } = await foundWith(dice, devices.map((device) => [device, 'agent'] as const)) // prettier-ignore
  const membership = membershipFrom(state, self)
  if (!membership.ok) throw new Error(membership.error)
  const members = membership.value
  const peerId = members.members().at(-1)?.peerId ?? ''
  return () => members.memberByPeer(peerId, 1)
}

let kept: unknown

function batchOf(act: () => unknown): void {
  // Kept, so that no step is found to be for nothing and left out.
  for (let i = 0; i < BATCH; i++) kept = act()
}

async function perCallUs(batches: number, runBatch: () => Promise<void> | void): Promise<number> {
  const tookUs: number[] = []
  for (let batch = 0; batch < batches + WARM_UPS; batch++) {
    const startedAtMs = performance.now()
    await runBatch()
    if (batch >= WARM_UPS) tookUs.push(((performance.now() - startedAtMs) * 1_000) / BATCH)
  }
  return kept === tookUs ? Number.NaN : median(tookUs)
}
