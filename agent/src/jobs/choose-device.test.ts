import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Member } from '@cloudos/crypto/membership'
import { signFor } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { encodeCapabilityRecord } from '@cloudos/protocol/capability-record'
import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { capabilitiesCommand } from '@cloudos/protocol/device-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { JobRequest } from '@cloudos/protocol/job-commands'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { DeviceOffer } from '@cloudos/scheduler/place-snapshot'
import { readWhy } from '@cloudos/scheduler/place-text'
import type { PeerCommands } from '../peers-rpc.ts'
import { createChoosing } from './choose-device.ts'

const NOW = 1_800_000_000_000
const SAMPLE: JobRequest = { name: 'sample', program: { kind: 'builtin', name: 'sample' } }
const OFFER: DeviceOffer = {
  ...{ expiresAtMs: NOW + 60_000, os: 'linux', arch: 'x64', cores: 2 },
  ...{ memory: { totalMiB: 4_000, freeMiB: 2_000 }, disk: { totalMiB: 4_000, freeMiB: 2_000 }, runtimes: [] },
}

const identities = Array.from({ length: 4 }, (_, seed) => deviceIdentityFrom(createDeviceSeeds(createDice(seed))))
const [here, ...others] = identities as [DeviceIdentity, ...DeviceIdentity[]]

function memberOf({ deviceId, signer }: DeviceIdentity, more: Partial<Member> = {}): Member {
  const fixed = { class: 'agent', caps: [], notBeforeMs: 0, notAfterMs: NOW * 2, revoked: false, order: 0 } as const
  const keys = { signPublicKey: signer.publicKey, boxPublicKey: new Uint8Array(32), peerId: deviceId }
  return { deviceId, ...keys, name: `box-${deviceId.slice(0, 4)}`, ...fixed, ...more }
}

/** What `about` can do, in a record that `by` signs. */
async function recordOf(about: DeviceIdentity, cores: number, by: DeviceIdentity = about): Promise<Uint8Array> {
  const { os, arch, memory, disk, runtimes, expiresAtMs } = OFFER
  const machine: CapabilityRecord = {
    ...{ deviceId: about.deviceId, seq: 1, measuredAtMs: NOW - 1, expiresAtMs, agentVersion: '0.1.0' },
    ...{ os, osVersion: 'Debian 12', arch, cpu: { model: 'A processor', cores }, memory, disk, runtimes },
    ...{ sandboxes: [{ tier: 1, name: 'held' }], network: { link: 'wired' } },
  }
  const payload = encodeCapabilityRecord(machine)
  return encodeSigned(payload, await signFor(by.signer, 'capability-record', payload))
}

/** Peers that answer with these records; the others are out of reach. */
function peersWith(records: ReadonlyMap<DeviceId, Uint8Array>): PeerCommands {
  return {
    async ask(deviceId, { name, output }) {
      const bytes = records.get(deviceId)
      if (name !== capabilitiesCommand.name || bytes === undefined)
        throw new CloudError('not-connected', 'It does not answer.')
      const answer = parseRecord(
        output,
        encodeRecord(capabilitiesCommand.output, { record: bytes }),
        LIMITS.rpcMaxBytes,
      )
      assert.ok(answer.ok)
      return Promise.resolve(answer.value)
    },
  }
}

interface Scene {
  readonly members: readonly Member[]
  readonly records?: ReadonlyMap<DeviceId, Uint8Array>
  readonly busyHere?: number
}

async function choose({ members, records = new Map(), busyHere = 0 }: Scene) {
  let looks = 0
  const { placement = '', deviceId } = await createChoosing({
    deviceId: here.deviceId,
    members: () => members,
    isConnected: () => true,
    nameOf: ({ name }) => name,
    peers: peersWith(records),
    book: { unfinished: () => Array.from({ length: busyHere }, () => ({ deviceId: here.deviceId })) },
    ownRecord: () => {
      looks++
      return recordOf(here, 2)
    },
    offerAlone: () => Promise.resolve(OFFER),
    clock: new SteppedClock(NOW),
    rng: createDice(1),
  })(SAMPLE)
  const why = readWhy(placement)
  assert.ok(why.ok)
  const textOf = (id: DeviceId) => why.value.rows.find((row) => row.deviceId === id)?.text
  return { deviceId, looks, placement, why: why.value, textOf }
}

test('the only device that runs jobs is chosen without a look at what it can do', async () => {
  const page = memberOf(others[0] as DeviceIdentity, { class: 'browser' })
  const gone = memberOf(others[1] as DeviceIdentity, { revoked: true })
  const { deviceId, looks, why, textOf } = await choose({ members: [memberOf(here), page, gone] })
  assert.deepEqual([deviceId, looks, why.rows.length], [here.deviceId, 0, 3])
  assert.equal(textOf(page.deviceId), 'is a browser and runs no jobs')
})

test('of two devices the one that is idle is chosen over the one that is busy', async () => {
  const [other] = others as [DeviceIdentity]
  const records = new Map([[other.deviceId, await recordOf(other, 8)]])
  const members = [memberOf(here), memberOf(other)]
  assert.equal((await choose({ members, records })).deviceId, here.deviceId)
  assert.equal((await choose({ members, records, busyHere: 8 })).deviceId, other.deviceId)
})

test('a record that the device has not signed itself is not believed, and one that is silent is left out', async () => {
  const [forged, silent, mixed] = others as [DeviceIdentity, DeviceIdentity, DeviceIdentity]
  const records = new Map([
    [forged.deviceId, await recordOf(forged, 64, here)],
    [mixed.deviceId, await recordOf(here, 64)],
  ])
  const members = [here, forged, silent, mixed].map((one) => memberOf(one))
  const { deviceId, textOf } = await choose({ members, records, busyHere: 8 })
  assert.equal(deviceId, here.deviceId)
  for (const one of [forged, silent, mixed]) assert.equal(textOf(one.deviceId), 'did not say in time what it can do')
})

test('the account of a choice among very many devices is kept within its bound, with the chosen one in it', async () => {
  const many = Array.from({ length: LIMITS.devicesPerProfile - 1 }, (_, at) =>
    memberOf(deviceIdentityFrom(createDeviceSeeds(createDice(100 + at))), {
      name: `box-${String(at)}-${'x'.repeat(40)}`,
    }),
  )
  const { deviceId, placement, why } = await choose({ members: [...many, memberOf(here)] })
  assert.equal(deviceId, here.deviceId)
  assert.ok(Buffer.byteLength(placement) <= LIMITS.jobPlacementMaxBytes)
  assert.equal(why.rows[0]?.verdict, 'chosen')
  assert.equal(why.more === undefined, why.rows.length === many.length + 1)
})
