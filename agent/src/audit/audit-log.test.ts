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
  const verdict = await verifyAudit([file], tip)
  assert.deepEqual(verdict.findings, [])
  assert.deepEqual([verdict.entries, verdict.signedSeq, verdict.tip], [130, 130, tip])
  assert.equal(verdict.deviceId, identity.deviceId)
})

test('a missing, a changed, a doubled and a forged entry, a lost end and a torn line are each told with their place', async () => {
  const { file, tip } = await chainOf(new MemoryDisk(), 5)
  const find = async (edit: (lines: string[]) => void, remembered?: AuditTip) =>
    kinds(await verifyAudit([edited(file, edit)], remembered))
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
  const verdict = await verifyAudit([later])
  assert.deepEqual([verdict.entries, verdict.findings], [5, []])
})

test('a chain that has lost its end goes on behind a gap that shows, and keeps what is left', async () => {
  const disk = new MemoryDisk()
  const { file } = await chainOf(disk, 3)
  const cut = edited(file, (lines) => lines.splice(2, 3))
  await disk.writeFile('audit.jsonl', cut)
  await chainOf(disk, 1)
  const log = await AuditLog.open({ disk, identity, clock: new SteppedClock(1_000) })
  assert.equal(log.tip.seq, 4)
  assert.deepEqual((await log.page({})).gaps, [2])
  assert.deepEqual(kinds(await verifyAudit(log.pieces())), ['gap 2'])
  assert.deepEqual(await disk.readFile('audit.jsonl'), cut)
  await log[Symbol.asyncDispose]()
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
  const verdict = await verifyAudit([(await disk.readFile('audit.jsonl')) ?? assert.fail()])
  assert.deepEqual([verdict.entries, verdict.findings], [2, []])
})

test('a grown chain goes on in segments that verify as one, and is paged back to its first entry', async () => {
  const disk = new MemoryDisk()
  const clock = new SteppedClock(1_000)
  const open = () => AuditLog.open({ disk, identity, clock, segmentBytes: 4096 })
  for (let times = 0; times < 4; times++) {
    const log = await open()
    for (let i = 0; i < 50; i++) await log.write(times === 0 && i === 7 ? { ...note, action: 'down' } : note)
    await log[Symbol.asyncDispose]()
  }
  const log = await open()
  assert.ok((await disk.list()).length > 10)
  const verdict = await verifyAudit(log.pieces(), log.tip)
  assert.deepEqual([verdict.entries, verdict.signedSeq, verdict.findings], [200, 200, []])
  const seqs: number[] = []
  for (let before: number | undefined; ; before = seqs.at(-1)) {
    const page = await log.page({ limit: 30, ...(before !== undefined && { before }) })
    seqs.push(...page.entries.map(({ seq }) => seq))
    assert.deepEqual(page.gaps, [])
    if (!page.hasMore) break
  }
  assert.deepEqual(seqs, Array.from({ length: 200 }, (_, i) => 200 - i)) // prettier-ignore
  const rare = await log.page({ action: 'dow' })
  assert.deepEqual([rare.entries.map(({ seq }) => seq), rare.hasMore], [[8], false])
  await log[Symbol.asyncDispose]()
})

test('a chain opens, and shows its newest page, without reading the rest', async () => {
  const disk = new MemoryDisk()
  const clock = new SteppedClock(1_000)
  const log = await AuditLog.open({ disk, identity, clock })
  for (let i = 0; i < 200; i++) await Promise.all(Array.from({ length: 100 }, () => log.write(note)))
  await log[Symbol.asyncDispose]()
  const segments = await disk.list()
  let whole = 0
  for (const name of segments) whole += (await disk.readFile(name))?.length ?? 0
  disk.readBytes = 0
  const later = await AuditLog.open({ disk, identity, clock })
  assert.equal(later.tip.seq, 20_000)
  const openedBytes = disk.readBytes
  assert.ok(
    openedBytes <= segments.length * 32 * 1024 && openedBytes < whole / 10,
    `${String(openedBytes)} of ${String(whole)}`,
  )
  assert.equal((await later.page({ limit: 50 })).entries.length, 50)
  await later[Symbol.asyncDispose]()
})

test('a segment that is gone is a gap as soon as the chain opens', async () => {
  const disk = new MemoryDisk()
  const parts = { disk, identity, clock: new SteppedClock(1_000), segmentBytes: 4096 }
  const log = await AuditLog.open(parts)
  for (let i = 0; i < 100; i++) await log.write(note)
  await log[Symbol.asyncDispose]()
  const second = (await disk.list()).filter((name) => name.startsWith('audit.0')).sort()[0] ?? assert.fail()
  await disk.remove(second)
  const later = await AuditLog.open(parts)
  const gap = Number(/\d+/.exec(second)?.[0])
  assert.deepEqual((await later.page({ limit: 1 })).gaps, [gap])
  const [finding] = (await verifyAudit(later.pieces(), later.tip)).findings
  assert.deepEqual([finding?.kind, finding?.seq], ['gap', gap])
  await later[Symbol.asyncDispose]()
})

test('whatever bit of an audit file is flipped is told, at its line or where what follows no longer fits', async () => {
  const { file, tip } = await chainOf(new MemoryDisk(), 70)
  const dice = createDice(11)
  for (let times = 0; times < 400; times++) {
    const at = dice.below(file.length)
    const flipped = file.slice()
    flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8))
    const line = new TextDecoder().decode(file.subarray(0, at)).split('\n').length
    const [first] = (await verifyAudit([flipped], tip)).findings
    assert.ok(
      first !== undefined && first.line >= line && first.line <= line + 1,
      `byte ${String(at)}, ${JSON.stringify(first)}`,
    )
  }
})
