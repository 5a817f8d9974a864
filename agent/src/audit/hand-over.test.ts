import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { findAuditTipLine, heldAuditTip } from '@cloudos/mesh/profile-doc/audit-tips'
import { MemoryDisk } from '@cloudos/mesh/testing/memory-disk'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { AuditLog } from './audit-log.ts'
import type { AuditNote } from './audit-log.ts'
import { AuditHandOver } from './hand-over.ts'

const identity = deviceIdentityFrom(createDeviceSeeds(createDice(3)))
const { deviceId } = identity
const note: AuditNote = { actor: 'owner', channel: 'socket', action: 'open', decision: 'allowed', reason: 'ok' }

/** A device with a chain on its disk, in a profile whose document it shares with others. */
async function startDevice(
  disk: MemoryDisk,
  ydoc: Y.Doc | undefined,
  clock = new SteppedClock(1_000),
  keys = identity,
) {
  const log = await AuditLog.open({ disk, identity: keys, clock })
  const handOver = new AuditHandOver({ log, identity: keys, clock, ydoc: () => ydoc })
  return {
    log,
    handOver,
    writes: async (count: number) => {
      for (let i = 0; i < count; i++) await log.write(note)
    },
    ends: async () => {
      handOver.close()
      await log[Symbol.asyncDispose]()
    },
  }
}

function handedSeq(ydoc: Y.Doc): number | undefined {
  return heldAuditTip(findAuditTipLine(ydoc, deviceId), deviceId)?.checkpoint.seq
}

test('a device hands its audit chain over every 64 entries, every ten minutes with news, and at the end', async () => {
  const [ydoc, clock] = [new Y.Doc(), new SteppedClock(1_000)]
  const device = await startDevice(new MemoryDisk(), ydoc, clock)
  await device.writes(63)
  assert.equal(handedSeq(ydoc), undefined)
  await device.writes(1)
  assert.equal(handedSeq(ydoc), 64)
  clock.step(61_000)
  await device.writes(1)
  assert.equal(handedSeq(ydoc), 64)
  clock.step(600_000)
  await device.writes(1)
  assert.equal(handedSeq(ydoc), 66)
  await device.writes(2)
  await device.ends()
  assert.equal(handedSeq(ydoc), 68)
})

test('a chain that is shorter than what its device had handed over says so, and the others keep what they hold', async () => {
  const ydoc = new Y.Doc()
  const before = await startDevice(new MemoryDisk(), ydoc)
  await before.writes(80)
  assert.equal(await before.handOver.check(), true)
  await before.ends()
  const held = findAuditTipLine(ydoc, deviceId)

  const after = await startDevice(new MemoryDisk(), ydoc)
  await after.writes(3)
  assert.equal(await after.handOver.check(), false)
  const { entries } = await after.log.page({ limit: 1 })
  assert.deepEqual(entries.map(({ action, reason }) => [action, reason]), [['audit.check', 'entries-missing']]) // prettier-ignore
  await after.ends()
  assert.equal(findAuditTipLine(ydoc, deviceId), held)
})

test('what another device signed as this one is not believed, and a device in no profile hands nothing over', async () => {
  const ydoc = new Y.Doc()
  const forger = { ...deviceIdentityFrom(createDeviceSeeds(createDice(4))), deviceId }
  const forged = await startDevice(new MemoryDisk(), ydoc, undefined, forger)
  await forged.writes(70)
  await forged.ends()
  assert.equal(handedSeq(ydoc), 70)
  const device = await startDevice(new MemoryDisk(), ydoc)
  assert.equal(await device.handOver.check(), true)
  await device.ends()

  const alone = await startDevice(new MemoryDisk(), undefined)
  await alone.writes(70)
  assert.equal(await alone.handOver.check(), true)
  await alone.ends()
})
