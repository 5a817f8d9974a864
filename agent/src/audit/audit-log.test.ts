import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyAudit } from '@cloudos/crypto/audit-chain'
import type { AuditTip, AuditVerdict } from '@cloudos/crypto/audit-chain'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { MemoryDisk } from '@cloudos/mesh/testing/memory-disk'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { AuditLog } from './audit-log.ts'
import type { AuditNote } from './audit-log.ts'

const identity = deviceIdentityFrom(createDeviceSeeds(createDice(3)))
const note: AuditNote = { actor: 'owner', channel: 'socket', action: 'open', decision: 'allowed', reason: 'ok' }

async function chainOf(disk: MemoryDisk, count: number): Promise<{ file: Uint8Array; tip: AuditTip }> {
  const log = await AuditLog.open({ disk, identity, clock: new SteppedClock(1_000) })
  for (let i = 0; i < count; i++) await log.write(note)
  const { tip } = log
  await log[Symbol.asyncDispose]()
  const file = (await disk.readFile('audit.jsonl')) ?? assert.fail()
  return { file, tip }
}

function edited(file: Uint8Array, edit: (lines: string[]) => void): Uint8Array {
  const lines = new TextDecoder().decode(file).split('\n')
  edit(lines)
  return utf8(lines.join('\n'))
}

function kinds({ findings }: AuditVerdict): readonly string[] {
  return findings.map(({ kind, seq }) => `${kind} ${String(seq)}`)
}

test('a chain verifies offline by its file alone, signed to its end, and tells whose it is', async () => {
  const { file, tip } = await chainOf(new MemoryDisk(), 130)
  const verdict = await verifyAudit(file, tip)
  assert.deepEqual(verdict.findings, [])
  assert.deepEqual([verdict.entries, verdict.signedSeq, verdict.tip], [130, 130, tip])
  assert.equal(verdict.deviceId, identity.deviceId)
})

test('a missing, a changed, a doubled and a forged entry, a lost end and a torn line are each told with their place', async () => {
  const { file, tip } = await chainOf(new MemoryDisk(), 5)
  const find = async (edit: (lines: string[]) => void, remembered?: AuditTip) =>
    kinds(await verifyAudit(edited(file, edit), remembered))
  assert.deepEqual(await find((lines) => lines.splice(2, 1)), ['gap 2'])
  assert.deepEqual(await find((lines) => (lines[2] = lines[2]?.replace('"open"', '"shut"') ?? '')), ['fork 3'])
  assert.deepEqual(await find((lines) => lines.splice(3, 0, lines[2] ?? '')), ['fork 2'])
  assert.deepEqual(await find((lines) => (lines[6] = lines[6]?.replace(/"signature":"./, '"signature":"_') ?? '')), ['bad-signature 5']) // prettier-ignore
  assert.deepEqual(await find((lines) => lines.splice(4, 3), tip), ['truncated 4', 'torn-tail 4'].slice(0, 1))
  assert.deepEqual(await find((lines) => lines.splice(5, 1)), ['truncated 5'])
  assert.deepEqual(await find((lines) => lines.splice(7, 1, '{"entry":')), ['torn-tail 6'])
  assert.deepEqual(await find((lines) => lines.splice(3, 0, 'rubbish')), ['bad-line 3'])
  assert.deepEqual(await find((lines) => lines.splice(0, 1)), ['bad-signature 5', 'no-owner 1'])
})

test('a torn last line is cut at the start and the chain goes on whole', async () => {
  const disk = new MemoryDisk()
  const { file } = await chainOf(disk, 3)
  await disk.writeFile('audit.jsonl', concatBytes(file, utf8('{"entry":{"seq":4')))
  const { file: later } = await chainOf(disk, 2)
  const verdict = await verifyAudit(later)
  assert.deepEqual([verdict.entries, verdict.findings], [5, []])
})

test('a file that has lost its end is kept apart, and the chain goes on behind a gap that shows', async () => {
  const disk = new MemoryDisk()
  const { file } = await chainOf(disk, 3)
  await disk.writeFile(
    'audit.jsonl',
    edited(file, (lines) => lines.splice(2, 3)),
  )
  const { file: later, tip } = await chainOf(disk, 1)
  assert.equal(tip.seq, 4)
  assert.deepEqual(kinds(await verifyAudit(later)), ['gap 1'])
  assert.ok((await disk.list()).some((name) => /^audit-\d+\.jsonl$/.test(name)))
})

test('a full disk refuses the entry, keeps the chain, and takes the next once there is room', async () => {
  const disk = new MemoryDisk()
  const log = await AuditLog.open({ disk, identity, clock: new SteppedClock(1_000) })
  await log.write(note)
  disk.freeBytes = 0
  await assert.rejects(log.write(note), { code: 'disk-full' })
  disk.freeBytes = Number.POSITIVE_INFINITY
  await log.write(note)
  await log[Symbol.asyncDispose]()
  const verdict = await verifyAudit((await disk.readFile('audit.jsonl')) ?? assert.fail())
  assert.deepEqual([verdict.entries, verdict.findings], [2, []])
})
