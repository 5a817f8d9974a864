import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { JoinRequest } from '@cloudos/mesh/pairing/pair'
import { encodeCertificate } from '@cloudos/protocol/certificate'
import type { WaitingDevice } from '@cloudos/protocol/commands'
import { idFromBytes } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { PairingDesk } from './pairing-desk.ts'

const dice = createDice(3)
const clock = { nowMs: () => 1_000_000, monotonicMs: () => 0, sleep: () => Promise.resolve() }
const never = new AbortController().signal

function openDesk(): { readonly desk: PairingDesk; readonly seen: WaitingDevice[] } {
  const desk = new PairingDesk(clock, dice)
  const seen: WaitingDevice[] = []
  desk.watch((device) => seen.push(device))
  return { desk, seen }
}

async function request(certificate?: Uint8Array): Promise<JoinRequest> {
  const identity = deviceIdentityFrom(createDeviceSeeds(dice))
  const transcript = dice.bytes(32)
  const issued = await issueCertificate({
    profileId: idFromBytes('ProfileId', dice.bytes(16)),
    identity,
    name: 'visitor',
    class: 'agent',
    caps: [],
    challenge: transcript,
    nowMs: clock.nowMs(),
  })
  const key = new Uint8Array(32)
  const keys = { signPublicKey: key, boxPublicKey: key, peerPublicKey: key }
  const peer = { ...keys, name: 'visitor', class: 'agent', nonce: key } as const
  return {
    handshake: { peer, transcript, words: ['a', 'b', 'c'], secret: key },
    certificate: certificate ?? encodeCertificate(issued),
  }
}

test('a link that two have proved at the same time lets one of them in', () => {
  const { desk } = openDesk()
  const { secret } = desk.openLink()
  const [held] = desk.secrets()
  assert.equal(held, secret)
  desk.use(secret)
  assert.throws(
    () => {
      desk.use(secret)
    },
    { code: 'pairing-refused' },
  )
  assert.equal(desk.isOpen(), false)
})

test('what is no certificate is not put before the owner', async () => {
  const { desk, seen } = openDesk()
  for (const certificate of [new Uint8Array(0), new Uint8Array(LIMITS.certificateMaxBytes + 1)])
    await assert.rejects(desk.receive(await request(certificate), never), { code: 'pairing-refused' })
  assert.deepEqual(seen, [])
})

test('a device that leaves is waited for no longer, and one that has left is not let in', async () => {
  const { desk, seen } = openDesk()
  const gone = new AbortController()
  const first = desk.receive(await request(), gone.signal)
  gone.abort()
  await assert.rejects(first, { code: 'pairing-expired' })
  await assert.rejects(desk.receive(await request(), gone.signal), { code: 'pairing-expired' })
  for (const { requestId } of seen)
    assert.throws(
      () => {
        desk.admit(requestId, [])
      },
      { code: 'nobody-waits' },
    )
})
