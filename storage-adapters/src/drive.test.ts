import assert from 'node:assert/strict'
import process from 'node:process'
import { after, test } from 'node:test'
import { connectDrive, foundDrive } from './drive.ts'
import { connectPlainDrive } from './drive-plain.ts'
import { blobStoreSuite } from './suite.ts'
import { expectInLedger, writeLedgerEntry } from './suite/ledger.ts'
import { casesInSuite, numbersOf } from './testing/case-table.ts'
import { drivePlace, grantOf, plainDrive } from './testing/drive/drive-place.ts'
import { createRealDrive, findRealDriveGrant } from './testing/drive/real-drive.ts'
import { startFakeDrive } from './testing/drive/fake-drive.ts'
import type { FakeDrive } from './testing/drive/fake-drive.ts'
import { runWriter } from './testing/run-writer.ts'
import type { WriterOrder } from './testing/run-writer.ts'

const never = new AbortController().signal

async function driveUnderTest(change: (fake: FakeDrive) => void) {
  const fake = await startFakeDrive()
  change(fake)
  const place = drivePlace(fake.url, grantOf(fake))
  await foundDrive(place, never)
  return {
    connect: () => connectDrive(drivePlace(fake.url, place.grant), 'somebody', never),
    async damage(name: string, harm: (bytes: Uint8Array) => Uint8Array) {
      const files = [...fake.space.files.values()].filter((file) => file.name === name.replace('b/', 'blob-'))
      assert.ok(files.length > 0)
      for (const file of files) file.content = Buffer.from(harm(new Uint8Array(file.content)))
    },
    asPage: () => plainDrive(fake),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  }
}

const cases = await blobStoreSuite('drive', () => driveUnderTest(() => undefined))
for (const { name, run } of cases) test(name, run)

test('drive: the cases that docs/media-cases.md marks are in its suite', () => {
  assert.deepEqual(numbersOf(cases), casesInSuite('drive', 1, 30))
})

for (const { name, run } of await blobStoreSuite('drive, by pages of three', () =>
  driveUnderTest((fake) => {
    fake.pageMax = 3
  }),
))
  test(name, run)

for (const { name, run } of await blobStoreSuite('drive, by plain requests of a page', async () => {
  const medium = await driveUnderTest(() => undefined)
  return { ...medium, connect: async () => (await connectPlainDrive(medium.asPage(), never)).store }
}))
  test(name, run)

const real = findRealDriveGrant(process.env)
if (real === undefined)
  test("drive: the suite on Google's own", {
    skip: 'no credentials: CLOUDOS_TEST_DRIVE_CLIENT_ID and the two beside it',
  })
else
  for (const { name, run } of await blobStoreSuite("Google's own drive", () => createRealDrive(real))) test(name, run)

test('drive: of what two processes race to write nothing is lost, also when they are killed', async () => {
  const fake = await startFakeDrive()
  after(() => fake[Symbol.asyncDispose]())
  const place = drivePlace(fake.url, grantOf(fake))
  await foundDrive(place, never)
  const { clientId, clientSecret, refreshToken } = place.grant
  const run = (writer: number, order: WriterOrder) =>
    runWriter('drive-writer.ts', [fake.url, clientId, clientSecret, refreshToken], writer, order)
  const acknowledged = (await Promise.all([1, 2].map((writer) => run(writer, { count: 40 })))).flat()
  for (const killAfter of [3, 7]) {
    const killed = [3, 4].map((writer) => run(writer + killAfter, { count: 1_000_000, killAfter }))
    acknowledged.push(...(await Promise.all(killed)).flat())
  }
  await using store = await connectDrive(place, 'somebody', never)
  await expectInLedger(store, acknowledged)
})

test('drive: nothing acknowledged is lost while lists lag behind by many changes', async () => {
  for (const listLag of [1, 4, 15]) {
    const fake = await startFakeDrive()
    after(() => fake[Symbol.asyncDispose]())
    const place = drivePlace(fake.url, grantOf(fake))
    await foundDrive(place, never)
    fake.space.listLag = listLag
    const acknowledged = []
    for (let turn = 0; turn < 4; turn++) {
      const stores = [0, 1, 2].map(() => connectDrive(drivePlace(fake.url, place.grant), 'somebody', never))
      const written = stores.map(async (connecting, writer) => {
        await using store = await connecting
        const names = []
        for (let index = 0; index < 4; index++)
          names.push(await writeLedgerEntry(store, `${String(turn)} ${String(writer)} wrote ${String(index)}`))
        return names
      })
      acknowledged.push(...(await Promise.all(written)).flat())
    }
    await using store = await connectDrive(drivePlace(fake.url, place.grant), 'somebody', never)
    await expectInLedger(store, acknowledged)
  }
})
