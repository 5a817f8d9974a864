import assert from 'node:assert/strict'
import { test } from 'node:test'
import { slotCases } from '@cloudos/crypto/testing/slot-cases'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { editDocumentCommand } from '@cloudos/protocol/commands'
import type { CommandShape, Nothing } from '@cloudos/protocol/command'
import { nothing } from '@cloudos/protocol/command'
import { encodeRecord } from '@cloudos/protocol/record'
import type { SlotKind } from '@cloudos/protocol/slot'
import { register } from '../commands/register.ts'
import { house } from '../testing/protected-house.ts'
import { openDispatch, rpcCall } from '../testing/open-dispatch.ts'
import { createWaysBackGate } from './ways-back-gate.ts'

const sell: CommandShape<Nothing, Nothing> = {
  ...{ name: 'offer.publish', effect: 'spends', grant: editDocumentCommand.grant, needsWaysBack: true },
  ...{ says: 'Sell something.', examples: ['cloudos offer publish'], input: nothing, output: nothing },
  ...{ event: undefined, repeat: 'harmless', timeoutMs: 1_000 },
}

const STEPS: readonly {
  readonly kinds: readonly SlotKind[]
  readonly domains: readonly string[]
  readonly missing: RegExp | undefined
}[] = [
  // prettier-ignore
  { kinds: [], domains: ['this disk'], missing: /two ways in.*; a second place .*now only this disk/ },
  { kinds: ['wallet-message'], domains: ['this disk', 'the stick'], missing: /Missing: a second way in[^;]*$/ },
  { kinds: ['wallet-message', 'passphrase'], domains: ['this disk'], missing: /Missing: a second place[^;]*$/ },
  { kinds: ['wallet-message', 'passphrase'], domains: ['this disk', 'the stick'], missing: undefined },
]

test('a command that sells, spends or invites is refused until two independent ways in and two failure domains hold the profile, with what is missing said', async (t) => {
  let sold = 0
  const now: { step: (typeof STEPS)[number] } = { step: STEPS[0] ?? assert.fail() }
  const ways = new Map<readonly SlotKind[], Awaited<ReturnType<typeof house>>['ways'] | undefined>()
  for (const { kinds } of STEPS) {
    const cases = slotCases(5).filter(({ way }) => kinds.includes(way.kind))
    const { slots, sealedVault } = (await house(1, 61, cases)).ways
    // The house has words of its own.
    ways.set(kinds, kinds.length === 0 ? undefined : { slots: slots.slice(-kinds.length), sealedVault })
  }
  const waysBack = createWaysBackGate({
    safety: { now: () => Promise.resolve({ domains: now.step.domains, isSafe: now.step.domains.length > 1 }) },
    ways: { find: () => ways.get(now.step.kinds), put: () => undefined },
  })
  const commands = [register({ shape: sell, run: () => Promise.resolve((sold++, {})) })]
  const { dispatch, audit } = await openDispatch(t, new SteppedClock(1_000), commands, { waysBack })
  const ask = () => dispatch({ kind: 'owner' }, rpcCall('offer.publish', encodeRecord(nothing, {})))
  for (const step of STEPS) {
    now.step = step
    const { missing } = step
    if (missing === undefined) await ask()
    else
      await assert.rejects(ask(), (cause) => {
        assert.ok(cause instanceof CloudError)
        assert.deepEqual([cause.code, missing.test(cause.message)], ['no-way-back', true], cause.message)
        assert.match(cause.message, /cloudos open --place \/recovery/)
        return true
      })
  }
  assert.equal(sold, 1)
  const entries = (await audit.page({ limit: 10 })).entries
  assert.ok(entries.some(({ decision, reason }) => decision === 'denied' && reason === 'no-way-back'))
})
