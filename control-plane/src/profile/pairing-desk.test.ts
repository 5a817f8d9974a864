import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { WaitingDevice } from '@cloudos/protocol/commands'
import type { Clock } from '@cloudos/protocol/ports'
import type { AgentCommands } from './agent-commands.ts'
import { PairingDesk } from './pairing-desk.ts'

const DEVICE: WaitingDevice = {
  requestId: '00'.repeat(16),
  name: 'nas-attic',
  class: 'agent',
  words: ['one', 'two', 'three'],
  certificate: Uint8Array.of(1),
  challenge: Uint8Array.of(2),
}

/** An agent that does what it is asked, and a clock that the test moves. */
function sitDown(parts: { invite?: AgentCommands['invite']; signIn?: () => Promise<readonly Uint8Array[]> } = {}) {
  const asked: string[] = []
  const phases: string[] = []
  let comeIn: (device: WaitingDevice) => void = () => undefined
  let ring: () => void = () => undefined
  const agent: AgentCommands = {
    status: () => Promise.reject(new CloudError('unused', '')),
    invite: parts.invite ?? (() => Promise.resolve({ link: 'cloudos:pair?x', expiresAtMs: 1_000 })),
    watchPairing: (onDevice, signal) => {
      comeIn = onDevice
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve()
        })
      })
    },
    admit: (requestId, entries) => {
      asked.push(`admit ${requestId} ${String(entries.length)}`)
      return Promise.resolve()
    },
    refuse: (requestId, reason) => {
      asked.push(`refuse ${requestId} ${reason}`)
      return Promise.resolve()
    },
  }
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: () =>
      new Promise((resolve) => {
        ring = resolve
      }),
  }
  const desk: PairingDesk = new PairingDesk({
    mayChange: () => Promise.resolve(),
    agent: () => agent,
    signIn: parts.signIn ?? (() => Promise.resolve([Uint8Array.of(9)])),
    clock,
    onChanged: () => phases.push(desk.view.phase),
  })
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { desk, asked, phases, settle, comeIn: () => { comeIn(DEVICE) }, ring: () => { ring() } } // prettier-ignore
}

test('a device comes with the link, the words are the same, and it is one of ours', async () => {
  const { desk, asked, phases, settle, comeIn } = sitDown()
  void desk.invite()
  await settle()
  comeIn()
  assert.deepEqual(desk.view.phase === 'comparing' && desk.view.words, DEVICE.words)
  await desk.confirm(DEVICE.requestId)
  assert.deepEqual(asked, [`admit ${DEVICE.requestId} 1`])
  assert.deepEqual(phases, ['inviting', 'waiting', 'comparing', 'admitting', 'paired'])
})

test('words that differ stop everything, and nothing is signed', async () => {
  const { desk, asked, settle, comeIn } = sitDown({ signIn: () => assert.fail('signed') })
  void desk.invite()
  await settle()
  comeIn()
  await desk.refuse(DEVICE.requestId, 'words-differ')
  await desk.confirm(DEVICE.requestId)
  assert.equal(desk.view.phase, 'differ')
  assert.deepEqual(asked, [`refuse ${DEVICE.requestId} words-differ`])
})

test('a yes for another request than the one on the screen does nothing', async () => {
  const { desk, asked, settle, comeIn } = sitDown()
  void desk.invite()
  await settle()
  comeIn()
  await desk.confirm('11'.repeat(16))
  assert.equal(desk.view.phase, 'comparing')
  assert.deepEqual(asked, [])
})

test('a link nobody used expires; one that a device has come with does not', async () => {
  const unused = sitDown()
  void unused.desk.invite()
  await unused.settle()
  unused.ring()
  await unused.settle()
  assert.equal(unused.desk.view.phase, 'expired')

  const used = sitDown()
  void used.desk.invite()
  await used.settle()
  used.comeIn()
  used.ring()
  await used.settle()
  assert.equal(used.desk.view.phase, 'comparing')
})

test('keys that do not hold are a failure with its reason, and the agent is not told to admit', async () => {
  const { desk, asked, settle, comeIn } = sitDown({
    signIn: () => Promise.reject(new CloudError('bad-certificate', 'x')),
  })
  void desk.invite()
  await settle()
  comeIn()
  await desk.confirm(DEVICE.requestId)
  assert.deepEqual(desk.view, { phase: 'failed', code: 'bad-certificate', message: 'x' })
  assert.deepEqual(asked, [])
})

test('leaving the page while the link is being made leaves nothing behind', async () => {
  const { desk, settle, phases } = sitDown()
  void desk.invite()
  desk.stop()
  await settle()
  assert.deepEqual(phases, ['inviting', 'idle'])
})

test('without an agent the owner is told what to start', async () => {
  const desk = new PairingDesk({
    mayChange: () => Promise.resolve(),
    agent: () => undefined,
    signIn: () => assert.fail('signed'),
    clock: { nowMs: () => 0, monotonicMs: () => 0, sleep: () => Promise.resolve() },
    onChanged: () => undefined,
  })
  await desk.invite()
  assert.equal(desk.view.phase === 'failed' && desk.view.code, 'no-agent')
})
