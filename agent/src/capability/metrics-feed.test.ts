import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import type { Counters } from './counters.ts'
import { MetricsFeed, metricsFrom } from './metrics-feed.ts'

const IDLE: Counters = {
  busyMs: 0,
  totalMs: 0,
  memory: { totalMiB: 100, freeMiB: 60 },
  disk: { totalMiB: 100, freeMiB: 20 },
  traffic: { receivedBytes: 0, sentBytes: 0 },
}

/** A machine that is half busy and receives 500 bytes between two looks, whenever it is looked at. */
function openFeed() {
  const clock = new SteppedClock(1_000)
  let looks = 0
  const read = (): Promise<Counters> => {
    looks++
    return Promise.resolve({
      ...IDLE,
      busyMs: 1000 * looks,
      totalMs: 2000 * looks,
      traffic: { receivedBytes: 500 * looks, sentBytes: 0 },
    })
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const second = async (): Promise<void> => {
    clock.step(1_000)
    await settle()
  }
  return { feed: new MetricsFeed({ read, clock }), clock, looks: () => looks, settle, second }
}

test('one who watches is told once a second, and after the last one has gone nothing runs', async () => {
  const { feed, clock, looks, settle, second } = openFeed()
  assert.equal(looks(), 0)
  const told: DeviceMetrics[] = []
  const leave = new AbortController()
  const watching = feed.watch((metrics) => told.push(metrics), leave.signal)
  await settle()
  await second()
  await second()
  assert.deepEqual(
    told.map(({ atMs, cpuPermille, traffic }) => [atMs, cpuPermille, traffic?.receivedBytesPerS]),
    [
      [2_000, 500, 500],
      [3_000, 500, 500],
    ],
  )
  leave.abort()
  await watching
  assert.equal(feed.isRunning, false)
  assert.equal(clock.sleeping, 0)
  const seen = looks()
  await second()
  assert.equal(looks(), seen)
  assert.equal(told.length, 2)
})

test('many who watch cost one look a second; who comes later is told the last figures at once', async () => {
  const { feed, looks, settle, second } = openFeed()
  const [first, later] = [new AbortController(), new AbortController()]
  const told: string[] = []
  const one = feed.watch(() => told.push('one'), first.signal)
  await settle()
  await second()
  const two = feed.watch(() => told.push('two'), later.signal)
  assert.deepEqual(told, ['one', 'two'])
  first.abort()
  await one
  await second()
  assert.deepEqual(told, ['one', 'two', 'two'])
  assert.equal(looks(), 3)
  later.abort()
  await two
  assert.equal(feed.isRunning, false)
})

test('who has gone already is not waited for, and who comes after the end starts anew', async () => {
  const { feed, settle, second } = openFeed()
  await feed.watch(() => assert.fail('told'), AbortSignal.abort())
  assert.equal(feed.isRunning, false)
  for (let round = 0; round < 2; round++) {
    const leave = new AbortController()
    let told = 0
    const watching = feed.watch(() => told++, leave.signal)
    assert.equal(told, 0)
    await settle()
    await second()
    assert.equal(told, 1)
    leave.abort()
    await watching
  }
})

test('a system that stops telling ends every watch with a sentence', async () => {
  const clock = new SteppedClock()
  const gone = Object.assign(new Error('gone'), { code: 'ENOENT' })
  const feed = new MetricsFeed({ read: () => Promise.reject(gone), clock })
  await assert.rejects(
    feed.watch(() => undefined, new AbortController().signal),
    { code: 'not-measurable' },
  )
  assert.equal(feed.isRunning, false)
})

test('counters that go back are nothing, never less than nothing', () => {
  const before = { ...IDLE, busyMs: 900, totalMs: 1000, traffic: { receivedBytes: 5_000, sentBytes: 5_000 } }
  const { cpuPermille, traffic } = metricsFrom(before, IDLE, { tookMs: 1000, atMs: 0 })
  assert.equal(cpuPermille, 0)
  assert.deepEqual(traffic, { receivedBytesPerS: 0, sentBytesPerS: 0 })
})

test('a rate is of the time that passed, not of the second that was meant', () => {
  const after = { ...IDLE, traffic: { receivedBytes: 3_000, sentBytes: 0 } }
  assert.equal(metricsFrom(IDLE, after, { tookMs: 3_000, atMs: 0 }).traffic?.receivedBytesPerS, 1_000)
})
