import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { placeAfter } from '@cloudos/crypto/append-entries'
import { revokeDevice } from '@cloudos/crypto/change-authority'
import { saveSlots } from '@cloudos/crypto/change-slots'
import { createSlot } from '@cloudos/crypto/slots'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { keychainWay } from '@cloudos/crypto/way-in'
import { instantClock } from '@cloudos/mesh/testing/family'
import { foundWith, keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import type { Caller } from '@cloudos/protocol/grants'
import { encodeRecord } from '@cloudos/protocol/record'
import { encodeSlot } from '@cloudos/protocol/slot'
import { changeWaysCommand, leaveCommand } from '@cloudos/protocol/way-commands'
import type { Leaving, StoredWays } from '@cloudos/protocol/way-commands'
import { openDispatch, rpcCall } from '../testing/open-dispatch.ts'
import { wayCommands } from './ways.ts'

test('a browser that leaves is out and its agent has the new vault once it answers, and another device cannot say so', async (t) => {
  const dice = createDice(77)
  const [agent, browser] = [newDevice(dice), newDevice(dice)]
  const founded = await foundWith(dice, [[agent, 'agent'], [browser, 'browser']]) // prettier-ignore
  const clock = new SteppedClock(instantClock.nowMs())
  const profile = await openKept(keptOf(founded, agent, dice), clock)
  let kept: StoredWays | undefined
  const ways = { find: () => kept, put: (stored: StoredWays) => void (kept = stored) }
  const { dispatch } = await openDispatch(
    t,
    clock,
    wayCommands({ profile }, ways, () => undefined),
  )
  const leave = (caller: Caller, leaving: Leaving) =>
    dispatch(caller, rpcCall(leaveCommand.name, encodeRecord(leaveCommand.input, leaving)))

  const { state } = profile.authority
  const power = { state, root: founded.rootSigner, rng: dice, nowMs: clock.nowMs() }
  const out = await revokeDevice(power, { deviceId: browser.deviceId, reason: 'retired', admitted: new Map() })
  const vaultKey = dice.bytes(32)
  const slot = await createSlot(founded.profileId, { wayIn: keychainWay(dice.bytes(32)), way: { kind: 'device-keychain' }, vaultKey, rng: dice }) // prettier-ignore
  assert.ok(slot.ok)
  const vault = { rootSeed: founded.rootSeed, keyByEpoch: out.keyByEpoch, secretsKey: dice.bytes(32), media: [], labelBySlot: new Map() } // prettier-ignore
  const after = { ...state, ...placeAfter(state, out.entries), toAppend: [] }
  const { slots, sealedVault, entries } = await saveSlots({ ...power, state: after }, { slots: [encodeSlot(slot.value)], vaultKey, vault }) // prettier-ignore
  const leaving = { entries: [...out.entries, ...entries].map(({ bytes }) => bytes), slots, sealedVault }

  await assert.rejects(leave({ kind: 'device', deviceId: browser.deviceId }, leaving), { code: 'not-allowed' })
  assert.equal(profile.membership.member(browser.deviceId)?.revoked, false)
  const page = { kind: 'page', deviceId: browser.deviceId, canApprove: true } as const
  await assert.rejects(leave(page, { ...leaving, entries: leaving.entries.slice(0, 1) }), { code: 'other-ways' })
  assert.equal(kept, undefined)
  await leave(page, leaving)
  assert.equal(profile.membership.member(browser.deviceId)?.revoked, true)
  assert.deepEqual(kept, { slots, sealedVault })
  await profile.close()
})

test('other ways in that were signed for an older log are refused, and nothing of them is taken', async (t) => {
  const { kept, profile, power, dispatch, founded, dice } = await protectedAgent(t, 78)
  const change = async (nowMs: number) => {
    const vault = { rootSeed: founded.rootSeed, keyByEpoch: founded.keyByEpoch, secretsKey: dice.bytes(32), media: [], labelBySlot: new Map() } // prettier-ignore
    const vaultKey = dice.bytes(32)
    const slot = await createSlot(founded.profileId, { wayIn: keychainWay(dice.bytes(32)), way: { kind: 'device-keychain' }, vaultKey, rng: dice }) // prettier-ignore
    assert.ok(slot.ok)
    const saved = await saveSlots({ ...power, nowMs }, { slots: [encodeSlot(slot.value)], vaultKey, vault })
    const { slots, sealedVault, entries } = saved
    return { entries: entries.map(({ bytes }) => bytes), slots, sealedVault }
  }
  const [first, second] = [await change(power.nowMs), await change(power.nowMs + 1)]
  const ask = (caller: Caller, given: Leaving) =>
    dispatch(caller, rpcCall(changeWaysCommand.name, encodeRecord(changeWaysCommand.input, given)))
  const page = { kind: 'page', deviceId: profile.deviceId, canApprove: true } as const
  await assert.rejects(ask({ kind: 'device', deviceId: profile.deviceId }, first), { code: 'not-allowed' })
  await ask(page, first)
  await ask(page, first)
  assert.deepEqual(kept.ways, { slots: first.slots, sealedVault: first.sealedVault })
  const before = profile.authority.state.tip
  await assert.rejects(ask(page, second), { code: 'changed-meanwhile' })
  assert.equal(profile.authority.state.tip, before)
  await profile.close()
})

async function protectedAgent(t: TestContext, seed: number) {
  const dice = createDice(seed)
  const agent = newDevice(dice)
  const founded = await foundWith(dice, [[agent, 'agent']])
  const clock = new SteppedClock(instantClock.nowMs())
  const profile = await openKept(keptOf(founded, agent, dice), clock)
  const kept: { ways: StoredWays | undefined } = { ways: undefined }
  const ways = { find: () => kept.ways, put: (stored: StoredWays) => void (kept.ways = stored) }
  const { dispatch } = await openDispatch(
    t,
    clock,
    wayCommands({ profile }, ways, () => undefined),
  )
  const power = { state: profile.authority.state, root: founded.rootSigner, rng: dice, nowMs: clock.nowMs() }
  return { kept, profile: { authority: profile.authority, deviceId: agent.deviceId, close: () => profile.close() }, power, dispatch, founded, dice } // prettier-ignore
}
