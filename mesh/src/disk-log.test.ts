import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { idFromBytes } from '@cloudos/protocol/ids'
import { createDiskStore } from './disk-log.ts'
import type { FrameLog } from './frame-log.ts'
import { MemoryDisk } from './testing/memory-disk.ts'
import { DOC } from './testing/family.ts'

const LIFE = idFromBytes('Incarnation', new Uint8Array(4).fill(1))

function framesOf(count: number, seed = 3): Uint8Array[] {
  const dice = createDice(seed)
  return Array.from({ length: count }, () => {
    const frame = dice.bytes(120 + dice.below(200))
    frame.set([0x43, 0x55])
    return frame
  })
}

async function readAll(log: FrameLog): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = []
  for await (const { frame } of log.scan(0)) frames.push(frame.slice())
  return frames
}

async function diskWith(frames: readonly Uint8Array[]): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  const log = await createDiskStore(disk).openLog(DOC)
  await log.begin(LIFE)
  for (const frame of frames) log.append(frame)
  await log.close()
  return disk
}

test('a log gives back its frames in order, also from the middle', async () => {
  const frames = framesOf(40)
  const log = await createDiskStore(await diskWith(frames)).openLog(DOC)
  assert.deepEqual(await readAll(log), frames)
  const tail: Uint8Array[] = []
  for await (const { frame } of log.scan(30)) tail.push(frame.slice())
  assert.deepEqual(tail, frames.slice(30))
})

test('a cleanly closed log may be continued, and only there and then', async () => {
  const disk = await diskWith(framesOf(3))
  assert.equal((await createDiskStore(disk).openLog(DOC)).continues, LIFE)
  assert.equal((await createDiskStore(disk.copy('machine-2')).openLog(DOC)).continues, undefined)
  assert.equal((await createDiskStore(disk.copy('machine-1')).openLog(DOC)).continues, undefined)
  const begun = await createDiskStore(disk).openLog(DOC)
  await begun.begin(LIFE)
  assert.equal((await createDiskStore(disk).openLog(DOC)).continues, undefined)
})

test('every truncation loses at most the record it cuts, and the log goes on from there', async () => {
  const frames = framesOf(6)
  const whole = (await diskWith(frames)).peek(`${DOC}.log`)
  for (let length = 0; length < whole.length; length++) {
    const disk = new MemoryDisk()
    disk.overwrite(`${DOC}.log`, whole.subarray(0, length))
    const log = await createDiskStore(disk).openLog(DOC)
    const kept = await readAll(log)
    assert.deepEqual(kept, frames.slice(0, kept.length))
    assert.equal(log.continues, undefined)
    const next = framesOf(1, 99)
    log.append(next[0] ?? new Uint8Array())
    await log.close()
    assert.deepEqual(await readAll(await createDiskStore(disk).openLog(DOC)), [...kept, ...next])
  }
})

test('every flipped byte loses at most one record, and what was cut out is kept in a file', async () => {
  const frames = framesOf(5)
  const whole = (await diskWith(frames)).peek(`${DOC}.log`)
  for (let at = 0; at < whole.length; at++) {
    const disk = new MemoryDisk()
    const bytes = whole.slice()
    bytes[at] = (bytes[at] ?? 0) ^ 0x41
    disk.overwrite(`${DOC}.log`, bytes)
    const log = await createDiskStore(disk).openLog(DOC)
    const kept = await readAll(log)
    assert.ok(kept.length >= frames.length - 1, `byte ${String(at)}`)
    for (const frame of kept) assert.ok(frames.some((one) => Buffer.compare(one, frame) === 0))
    const [damage] = log.damages
    assert.ok(damage?.keptAs !== undefined && disk.peek(damage.keptAs).length === damage.bytes)
  }
})

test('a damaged record is cut out once, and from then on the log is continued', async () => {
  const frames = framesOf(5)
  const disk = await diskWith(frames)
  const bytes = disk.peek(`${DOC}.log`).slice()
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0x41
  disk.overwrite(`${DOC}.log`, bytes)
  const first = await createDiskStore(disk).openLog(DOC)
  assert.equal(first.damages.length, 1)
  assert.equal(first.continues, undefined)
  const kept = await readAll(first)
  assert.equal(kept.length, 4)
  await first.begin(LIFE)
  const more = framesOf(1, 8)
  first.append(more[0] ?? new Uint8Array())
  await first.close()
  const second = await createDiskStore(disk).openLog(DOC)
  assert.deepEqual(second.damages, [])
  assert.equal(second.continues, LIFE)
  assert.deepEqual(await readAll(second), [...kept, ...more])
})

test('a full disk refuses the frame, keeps the log whole, and takes it once there is room', async () => {
  const disk = new MemoryDisk()
  const log = await createDiskStore(disk).openLog(DOC)
  const [first, second] = framesOf(2)
  log.append(first ?? new Uint8Array())
  disk.freeBytes = 10
  assert.throws(() => log.append(second ?? new Uint8Array()), { code: 'disk-full' })
  disk.freeBytes = 1e6
  log.append(second ?? new Uint8Array())
  assert.deepEqual(await readAll(log), [first, second])
})

test('syncs that arrive together share one', async () => {
  const disk = new MemoryDisk()
  const log = await createDiskStore(disk).openLog(DOC)
  await Promise.all(Array.from({ length: 20 }, () => log.sync()))
  assert.equal(disk.syncs, 2)
})

test('a store lists the documents it holds and nothing else', async () => {
  const disk = await diskWith(framesOf(1))
  disk.overwrite('notes.txt', new Uint8Array(3))
  disk.overwrite('zz.log', new Uint8Array(3))
  assert.deepEqual(await createDiskStore(disk).list(), [DOC])
})
