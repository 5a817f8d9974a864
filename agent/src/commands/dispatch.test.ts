import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyAudit } from '@cloudos/crypto/audit-chain'
import { listApprovalsCommand, giveApprovalCommand, refuseApprovalCommand } from '@cloudos/protocol/approval-commands'
import type { PendingApproval } from '@cloudos/protocol/approval-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { editDocumentCommand, readDocumentCommand, statusCommand } from '@cloudos/protocol/commands'
import type { DocumentEdit } from '@cloudos/protocol/commands'
import type { Caller } from '@cloudos/protocol/grants'
import { findId } from '@cloudos/protocol/ids'
import { setPolicyCommand } from '@cloudos/protocol/policy-commands'
import { encodeRecord } from '@cloudos/protocol/record'
import { openDispatch, rpcCall } from '../testing/open-dispatch.ts'
import type { OpenDispatch } from '../testing/open-dispatch.ts'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { register } from './register.ts'

const owner: Caller = { kind: 'owner' }
const page: Caller = { kind: 'page', deviceId: deviceId('a'), canApprove: true }
const otherPage: Caller = { kind: 'page', deviceId: deviceId('b'), canApprove: true }
const device: Caller = { kind: 'device', deviceId: deviceId('c') }

function deviceId(digit: string) {
  return findId('DeviceId', digit.repeat(32)) ?? assert.fail()
}

const key = { idempotencyKey: '0'.repeat(32) }
const edit = (insert: string) =>
  encodeRecord(editDocumentCommand.input, { document: 'notes', at: 0, remove: 0, insert })
const reading = encodeRecord(readDocumentCommand.input, { document: 'notes' })

function notebook(done: DocumentEdit[]) {
  return [
    register({
      shape: readDocumentCommand,
      run: () => Promise.resolve({ text: done.map(({ insert }) => insert).join('') }),
    }),
    register({
      shape: editDocumentCommand,
      run: (input) => {
        if (input.insert === 'break') return Promise.reject(new CloudError('broken', 'It broke.'))
        done.push(input)
        return Promise.resolve({ length: done.length })
      },
    }),
  ]
}

async function auditOf({ audit }: OpenDispatch): Promise<readonly string[]> {
  const said: string[] = []
  for (const { action, decision, reason, alike } of (await audit.page({ limit: 200 })).entries.toReversed())
    said.push([action, decision, reason, ...(alike === undefined ? [] : [String(alike)])].join(' '))
  return said
}

async function written({ audit }: OpenDispatch, count: number): Promise<void> {
  while (audit.tip.seq < count) await new Promise((resolve) => setImmediate(resolve))
}

test('a command is run for who holds its grant, refused to everybody else, and both stand in a chain that verifies', async (t) => {
  const done: DocumentEdit[] = []
  const open = await openDispatch(t, new SteppedClock(1_000), notebook(done))
  await open.dispatch(owner, rpcCall('document.edit', edit('a'), key))
  await assert.rejects(open.dispatch(page, rpcCall('document.edit', edit('b'), key)), { code: 'not-allowed' })
  await assert.rejects(open.dispatch(device, rpcCall('document.read', reading)), { code: 'not-allowed' })
  await assert.rejects(open.dispatch(owner, rpcCall('no.such.thing', edit('b'))), { code: 'no-such-command' })
  await assert.rejects(open.dispatch(owner, rpcCall('document.edit', edit('b'))), { code: 'needs-key' })
  await assert.rejects(open.dispatch(owner, rpcCall('document.edit', reading, key)), { code: 'bad-input' })
  assert.equal(done.length, 1)
  await written(open, 4)
  assert.deepEqual((await auditOf(open)).toSorted(), [
    'document.edit allowed ok',
    'document.edit denied no-grant',
    'document.read denied no-grant',
    'unknown denied no-such-command',
  ])
  const pieces: Uint8Array[] = []
  for await (const piece of open.audit.pieces()) pieces.push(piece)
  const verdict = await verifyAudit(pieces, open.audit.tip)
  assert.deepEqual([verdict.entries, verdict.findings], [4, []])
})

test('asked again with the same key a command answers as before and is not done again; another request with that key is refused', async (t) => {
  const done: DocumentEdit[] = []
  const { dispatch } = await openDispatch(t, new SteppedClock(1_000), notebook(done))
  const first = await dispatch(owner, rpcCall('document.edit', edit('a'), key))
  assert.deepEqual(await dispatch(owner, rpcCall('document.edit', edit('a'), key)), first)
  assert.equal(done.length, 1)
  await assert.rejects(dispatch(owner, rpcCall('document.edit', edit('b'), key)), { code: 'key-used' })
  const another = { idempotencyKey: '1'.repeat(32) }
  await assert.rejects(dispatch(owner, rpcCall('document.edit', edit('break'), another)), { code: 'broken' })
  await dispatch(owner, rpcCall('document.edit', edit('c'), another))
  assert.equal(done.length, 2)
})

test('polls are one entry of the chain, and the next tells how many it stands for', async (t) => {
  const clock = new SteppedClock(1_000)
  const open = await openDispatch(t, clock, notebook([]))
  for (let i = 0; i < 50; i++) await open.dispatch(owner, rpcCall('document.read', reading))
  clock.step(11 * 60_000)
  await open.dispatch(owner, rpcCall('document.read', reading))
  await written(open, 2)
  assert.deepEqual(await auditOf(open), ['document.read allowed ok', 'document.read allowed ok 49'])
})

test('a forbidden command is refused to the owner too, who can always change the policy', async (t) => {
  const { dispatch } = await openDispatch(t, new SteppedClock(1_000), notebook([]))
  const set = (verdict: 'forbid' | 'allow', subject: string) =>
    dispatch(
      owner,
      rpcCall('policy.set', encodeRecord(setPolicyCommand.input, { rules: [{ caller: 'anybody', subject, verdict }] })),
    )
  await set('forbid', 'effect:reads')
  await assert.rejects(dispatch(owner, rpcCall('document.read', reading)), { code: 'forbidden-by-policy' })
  await set('forbid', 'policy.*')
  await set('allow', 'document.*')
  await dispatch(owner, rpcCall('document.read', reading))
})

async function asking(t: Parameters<typeof openDispatch>[0], clock: SteppedClock, done: DocumentEdit[] = []) {
  const open = await openDispatch(t, clock, notebook(done))
  const rules = [{ caller: 'anybody', subject: 'effect:writes', verdict: 'ask' }] as const
  await open.dispatch(owner, rpcCall('policy.set', encodeRecord(setPolicyCommand.input, { rules })))
  const first = async (): Promise<PendingApproval> => {
    while (open.approvals.list().length === 0) await new Promise((resolve) => setImmediate(resolve))
    return open.approvals.list()[0] ?? assert.fail()
  }
  return { ...open, first, done }
}

test('where the policy asks, a person elsewhere says yes to exactly what was asked, once', async (t) => {
  const { dispatch, first, done, audit, approvals } = await asking(t, new SteppedClock(1_000))
  const edited = dispatch(owner, rpcCall('document.edit', edit('a'), key))
  const { approvalId, hash } = await first()
  const answer = (over: object = {}) => encodeRecord(giveApprovalCommand.input, { approvalId, hash, ...over })
  const wrong = { hash: findId('Hash', 'f'.repeat(64)) ?? assert.fail() }
  await assert.rejects(dispatch(page, rpcCall('approval.give', answer(wrong))), { code: 'another-request' })
  const machine: Caller = { kind: 'page', deviceId: deviceId('d'), canApprove: false }
  await assert.rejects(dispatch(machine, rpcCall('approval.give', answer())), { code: 'may-not-approve' })
  await assert.rejects(dispatch(device, rpcCall('approval.give', answer())), { code: 'not-allowed' })
  assert.equal(done.length, 0)
  await dispatch(page, rpcCall('approval.give', answer()))
  await edited
  assert.equal(done.length, 1)
  assert.deepEqual(approvals.list(), [])
  await assert.rejects(dispatch(otherPage, rpcCall('approval.give', answer())), { code: 'nothing-waits' })
  const ids: (string | undefined)[] = []
  for (const entry of (await audit.page({ limit: 200 })).entries)
    if (entry.action === 'document.edit') ids.push(entry.approvalId)
  assert.deepEqual(ids, [approvalId])
})

test('a no, five minutes of silence and a caller that goes away all leave it undone', async (t) => {
  const clock = new SteppedClock(1_000)
  const { dispatch, first, done } = await asking(t, clock)
  const refused = assert.rejects(dispatch(owner, rpcCall('document.edit', edit('a'), key)), {
    code: 'approval-refused',
  })
  const { approvalId, hash } = await first()
  await dispatch(page, rpcCall('approval.refuse', encodeRecord(refuseApprovalCommand.input, { approvalId, hash })))
  await refused
  const silent = assert.rejects(dispatch(owner, rpcCall('document.edit', edit('b'), key)), { code: 'approval-expired' })
  await first()
  clock.step(5 * 60_000)
  await silent
  const left = new AbortController()
  const call = { ...rpcCall('document.edit', edit('c'), key), signal: left.signal }
  const gone = assert.rejects(dispatch(owner, call), { code: 'approval-expired' })
  await first()
  left.abort()
  await gone
  assert.equal(done.length, 0)
})

test('a caller has at most five requests waiting and ten in an hour', async (t) => {
  const clock = new SteppedClock(1_000)
  const { dispatch, approvals } = await asking(t, clock)
  const ask = () => dispatch(owner, rpcCall('document.edit', edit('a'), key))
  for (const round of [1, 2]) {
    const asked = [1, 2, 3, 4, 5].map(() => assert.rejects(ask(), { code: 'approval-expired' }))
    while (approvals.list().length < 5) await new Promise((resolve) => setImmediate(resolve))
    await assert.rejects(ask(), { code: 'too-many-approvals' }, `round ${String(round)}`)
    clock.step(6 * 60_000)
    await Promise.all(asked)
  }
  await assert.rejects(ask(), { code: 'too-many-approvals' })
  assert.ok(await dispatch(page, rpcCall('approval.list', encodeRecord(listApprovalsCommand.input, {}))))
})

test('a page cannot say yes to itself', async (t) => {
  const { approvals } = await openDispatch(t, new SteppedClock(1_000))
  const signal = new AbortController()
  const asked = assert.rejects(
    approvals.ask({ caller: page, command: statusCommand.name, params: reading }, signal.signal),
    { code: 'approval-expired' },
  )
  const [pending = assert.fail()] = approvals.list()
  assert.throws(() => { approvals.give(pending, page) }, { code: 'own-request' }) // prettier-ignore
  signal.abort()
  await asked
})
