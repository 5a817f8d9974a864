import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { CommandShape } from '@cloudos/protocol/command'
import { listDevicesCommand, renameDeviceCommand } from '@cloudos/protocol/device-commands'
import type { Caller } from '@cloudos/protocol/grants'
import { idFromBytes } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import { instantClock } from '@cloudos/mesh/testing/family'
import { foundWith, keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { openDispatch, rpcCall } from '../testing/open-dispatch.ts'
import type { Dispatch } from './dispatch.ts'
import { memberCommands } from './members.ts'

async function call<Input, Output>(
  dispatch: Dispatch,
  caller: Caller,
  { name, input, output }: CommandShape<Input, Output>,
  given: Input,
): Promise<Output> {
  const answer = parseRecord(
    output,
    await dispatch(caller, rpcCall(name, encodeRecord(input, given))),
    LIMITS.rpcMaxBytes,
  )
  assert.ok(answer.ok)
  return answer.value
}

test('the owner renames a device, the list shows it and keeps it, and another device may look and not touch', async (t) => {
  const dice = createDice(41)
  const [one, two] = [newDevice(dice), newDevice(dice)]
  const founded = await foundWith(dice, [[one, 'agent'], [two, 'browser']]) // prettier-ignore
  const clock = new SteppedClock(instantClock.nowMs())
  const kept = keptOf(founded, one, dice)
  const profile = await openKept(kept, clock)
  const { dispatch } = await openDispatch(t, clock, memberCommands({ deviceId: one.deviceId, profile }))
  const owner = { kind: 'owner' } as const
  const stranger = { kind: 'device', deviceId: two.deviceId } as const

  await call(dispatch, owner, renameDeviceCommand, { deviceId: two.deviceId, name: 'kitchen tablet' })
  const { devices } = await call(dispatch, stranger, listDevicesCommand, {})
  assert.deepEqual(
    devices.map(({ name, presence, class: kind }) => [name, presence, kind]),
    [
      ['device 0', 'here', 'agent'],
      ['kitchen tablet', 'offline', 'browser'],
    ],
  )
  const renaming = { deviceId: one.deviceId, name: 'mine now' }
  await assert.rejects(call(dispatch, stranger, renameDeviceCommand, renaming), { code: 'not-allowed' })
  const nobody = idFromBytes('DeviceId', new Uint8Array(16))
  await assert.rejects(call(dispatch, owner, renameDeviceCommand, { deviceId: nobody, name: 'x' }), {
    code: 'no-such-device',
  })
  await profile.close()

  const again = await openKept(kept, clock)
  const { dispatch: later } = await openDispatch(t, clock, memberCommands({ deviceId: one.deviceId, profile: again }))
  const list = await call(later, owner, listDevicesCommand, {})
  assert.equal(list.devices[1]?.name, 'kitchen tablet')
  await again.close()
})

test('without a profile there is nobody to list', async (t) => {
  const deviceId = idFromBytes('DeviceId', new Uint8Array(16))
  const { dispatch } = await openDispatch(t, instantClock, memberCommands({ deviceId, profile: undefined }))
  await assert.rejects(call(dispatch, { kind: 'owner' }, listDevicesCommand, {}), { code: 'no-profile' })
})
