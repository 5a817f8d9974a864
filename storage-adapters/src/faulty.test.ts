import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { BlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'
import { createFaultyMedium } from './faulty.ts'
import type { FaultKind, FaultRates } from './faulty.ts'
import { createMemoryMedium } from './memory.ts'
import { createSeededRng } from './seeded-rng.ts'
import { blobStoreSuite } from './suite.ts'
import { collect } from './suite/expect.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './suite/ledger.ts'

const cases = await blobStoreSuite('faulty without faults', async () => {
  const medium = createMemoryMedium()
  return {
    connect: async () => createBlobStore(createFaultyMedium(medium, {}, createSeededRng(1))),
    damage: async (name, change) => {
      medium.damage(name, change)
    },
    [Symbol.asyncDispose]: async () => {},
  }
})
for (const { name, run } of cases) test(name, run)

const EACH: readonly FaultKind[] = [
  'timeout-before',
  'timeout-after',
  'timeout-late',
  'stale-read',
  'damaged-body',
  'conflict',
  'full',
]

for (const kind of EACH)
  test(`nothing acknowledged is lost when every third operation meets ${kind}`, async () => {
    for (let seed = 1; seed <= 5; seed++) assert.ok((await raceUnder({ [kind]: 1 / 3 }, seed)).has(kind))
  })

test('nothing acknowledged is lost when all faults strike together', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const struck = await raceUnder(Object.fromEntries(EACH.map((kind) => [kind, 0.1])), seed)
    assert.deepEqual([...struck].sort(), [...EACH].sort())
  }
})

test('the same seed makes the same faults', async () => {
  const [once, again] = [await historyOf(7), await historyOf(7)]
  assert.deepEqual(once, again)
  assert.notDeepEqual(once, await historyOf(8))
})

test('a write whose answer is lost says unknown, and reading again shows that it was applied', async () => {
  const { faulty, clean } = connectBoth({ 'timeout-after': 1 })
  assert.equal(await faulty.casHead('head', utf8('one'), undefined), 'unknown')
  const { kind, name } = await faulty.putBlob(utf8('a blob'))
  assert.equal(kind, 'unknown')
  assert.deepEqual((await clean.readHead('head'))?.heads, [utf8('one')])
  assert.deepEqual(await clean.getBlob(name), utf8('a blob'))
})

test('a write that never arrived says unknown, and reading again shows that it was not applied', async () => {
  const { faulty, clean } = connectBoth({ 'timeout-before': 1 })
  assert.equal(await faulty.casHead('head', utf8('one'), undefined), 'unknown')
  assert.equal((await faulty.putBlob(utf8('a blob'))).kind, 'unknown')
  assert.deepEqual(await collect(clean.list('')), [])
  await assert.rejects(faulty.readHead('head'), { code: 'medium-unreachable' })
})

test('a damaged body is told by its hash and rejected', async () => {
  const { faulty, clean } = connectBoth({ 'damaged-body': 1 })
  const { name } = await clean.putBlob(utf8('a blob'))
  for (let turn = 0; turn < 20; turn++) await assert.rejects(faulty.getBlob(name), { code: 'blob-damaged' })
})

test('a list lags behind in both directions and never repeats a name', async () => {
  const { faulty } = connectBoth({ 'list-lag': 1 })
  const { name } = await faulty.putBlob(utf8('gone'))
  await faulty.delete('b/' + name)
  await faulty.casHead('head', utf8('new'), undefined)
  assert.deepEqual(await collect(faulty.list('')), ['b/' + name])
})

test('an invented conflict and a full medium leave everything as it was', async () => {
  const conflicting = connectBoth({ conflict: 1 })
  assert.equal(await conflicting.faulty.casHead('head', utf8('one'), undefined), 'conflict')
  assert.equal(await conflicting.clean.readHead('head'), undefined)
  const full = connectBoth({ full: 1 })
  await assert.rejects(full.faulty.putBlob(utf8('a blob')), { code: 'medium-full' })
  assert.deepEqual(await collect(full.clean.list('')), [])
})

function connectBoth(rates: FaultRates): { faulty: BlobStore; clean: BlobStore } {
  const medium = createMemoryMedium()
  return {
    faulty: createBlobStore(createFaultyMedium(medium, rates, createSeededRng(1))),
    clean: createBlobStore(medium),
  }
}

/** Three writers over faulty connections to one medium; resolves to the kinds of fault they met. */
async function raceUnder(rates: FaultRates, seed: number): Promise<ReadonlySet<FaultKind>> {
  const medium = createMemoryMedium()
  const rng = createSeededRng(seed)
  const faulty = [1, 2, 3].map(() => createFaultyMedium(medium, rates, rng))
  const acknowledged = await Promise.all(
    faulty.map(async (connection, writer) => {
      const store = createBlobStore(connection)
      const names = []
      for (let index = 0; index < 15; index++) names.push(await writeLedgerEntry(store, `${writer} wrote ${index}`))
      return names
    }),
  )
  const clean = createBlobStore(medium)
  await expectInLedger(clean, acknowledged.flat())
  assert.equal(await ledgerSize(clean), 45)
  return new Set(faulty.flatMap(({ struck }) => [...struck.keys()]))
}

async function historyOf(seed: number): Promise<readonly (readonly [FaultKind, number])[]> {
  const rates = { 'timeout-before': 0.2, 'timeout-after': 0.2, conflict: 0.2 }
  const medium = createFaultyMedium(createMemoryMedium(), rates, createSeededRng(seed))
  const store = createBlobStore(medium)
  for (let index = 0; index < 30; index++) await writeLedgerEntry(store, `entry ${index}`)
  return [...medium.struck]
}
