import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { verifyFor } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import { parseSigned } from '@cloudos/protocol/signed'
import type { Settings } from '../journal/settings.ts'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { CapabilityBook } from './capability-book.ts'
import type { Findings } from './host.ts'

const MACHINE: Findings = {
  os: 'linux',
  osVersion: 'Debian 12',
  arch: 'x64',
  cpu: { model: 'A processor', cores: 4 },
  memory: { totalMiB: 1000, freeMiB: 500 },
  disk: { totalMiB: 1000, freeMiB: 500 },
  runtimes: [],
  sandboxes: [],
  network: { link: 'wired' },
}
const MINUTE = 60_000

function openBook(remembered = new Map<string, string>()) {
  const clock = new SteppedClock(1_800_000_000_000)
  const identity = deviceIdentityFrom(createDeviceSeeds(createDice(1)))
  const settings: Settings = { find: (name) => remembered.get(name), set: (name, value) => remembered.set(name, value) }
  const machine = { findings: MACHINE, looks: 0 }
  const measure = (): Promise<Findings> => {
    machine.looks++
    return Promise.resolve(machine.findings)
  }
  const book = new CapabilityBook({ measure, identity, settings, clock, version: '0.1.0' })
  const ask = async () => {
    const signed = parseSigned(await book.current(), parseCapabilityRecord)
    assert.ok(signed.ok)
    const { payload, signature, value } = signed.value
    assert.equal(await verifyFor(identity.signer.publicKey, 'capability-record', payload, signature), true)
    return value
  }
  return { book, clock, machine, ask, identity }
}

test('the record is signed by the device, and nothing is looked at before somebody asks', async () => {
  const { machine, ask, identity } = openBook()
  assert.equal(machine.looks, 0)
  const record = await ask()
  assert.equal(record.deviceId, identity.deviceId)
  assert.equal(record.seq, 1)
  assert.deepEqual(record.cpu, MACHINE.cpu)
})

test('those who ask at once, and soon after, share one look', async () => {
  const { machine, book, ask } = openBook()
  await Promise.all([book.current(), book.current()])
  await ask()
  assert.equal(machine.looks, 1)
})

test('a change is a new record with the next seq; free space that moves a little is none', async () => {
  const { machine, clock, ask } = openBook()
  await ask()
  machine.findings = { ...MACHINE, memory: { totalMiB: 1000, freeMiB: 490 } }
  clock.step(MINUTE)
  assert.equal((await ask()).seq, 1)
  machine.findings = { ...MACHINE, battery: { percent: 50, isCharging: false } }
  clock.step(MINUTE)
  const changed = await ask()
  assert.equal(changed.seq, 2)
  assert.equal(changed.battery?.percent, 50)
})

test('a record in use is never past the half of its life, and a clock set back renews it', async () => {
  const { clock, ask } = openBook()
  const first = await ask()
  clock.step(8 * MINUTE)
  const second = await ask()
  assert.equal(second.seq, 2)
  assert.ok(second.expiresAtMs - clock.nowMs() > (first.expiresAtMs - first.measuredAtMs) / 2)
  clock.step(MINUTE)
  clock.setBack(24 * 60 * MINUTE)
  assert.equal((await ask()).seq, 3)
})

test('after a restart the seq goes on', async () => {
  const remembered = new Map<string, string>()
  assert.equal((await openBook(remembered).ask()).seq, 1)
  assert.equal((await openBook(remembered).ask()).seq, 2)
})

test('a look that fails is not remembered', async () => {
  const { machine, book, clock, ask } = openBook()
  await ask()
  clock.step(MINUTE)
  Object.defineProperty(machine, 'findings', { get: () => { throw new Error('unplugged') }, configurable: true }) // prettier-ignore
  await assert.rejects(async () => book.current(), /unplugged/)
  Object.defineProperty(machine, 'findings', { value: MACHINE })
  assert.equal((await ask()).seq, 1)
})
