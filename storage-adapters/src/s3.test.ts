import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import type { Hash } from '@cloudos/protocol/ids'
import { createS3Requests, parseS3Address } from './s3-client.ts'
import type { S3Object } from './s3-client.ts'
import { connectS3, foundS3 } from './s3.ts'
import type { S3Place } from './s3.ts'
import { createSeededRng } from './seeded-rng.ts'
import { blobStoreSuite } from './suite.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './suite/ledger.ts'
import { casesInSuite, numbersOf } from './testing/case-table.ts'
import { S3_KEY, startFakeS3 } from './testing/fake-s3.ts'
import { startFaultProxy } from './testing/fault-proxy.ts'
import { drawFaults, nameOf, PASSING_FAULTS } from './testing/http-faults.ts'
import { createTestLine } from './testing/http-line.ts'
import { runWriter } from './testing/run-writer.ts'
import type { WriterOrder } from './testing/run-writer.ts'
import { findS3rver, S3RVER_KEY } from './testing/s3rver.ts'
import { createTemporaryFolder } from './testing/temporary-folder.ts'

const never = new AbortController().signal
const server = await startFakeS3()
const proxy = await startFaultProxy(server.url, { keepsHost: true })
after(async () => {
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
let count = 0

async function setUp(base = server.url) {
  const folder = `copies/${String(count++)}/`
  const at = (url: string): S3Place => ({
    address: `${url}bucket/${folder}`,
    credential: S3_KEY,
    line: createTestLine(),
  })
  await foundS3(at(server.url), never)
  return {
    place: at(base),
    direct: at(server.url),
    connect: () => connectS3(at(base), 'server', never),
    async damage(name: string, change: (bytes: Uint8Array) => Uint8Array) {
      server.objects.set(folder + name, Buffer.from(change(server.objects.get(folder + name) ?? assert.fail(name))))
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const cases = await blobStoreSuite('s3', setUp)
for (const { name, run } of cases) test(name, run)

test('s3: the cases that docs/media-cases.md marks are in its suite', () => {
  assert.deepEqual(numbersOf(cases), casesInSuite('s3', 1, 30))
})

for (const fault of PASSING_FAULTS)
  test(`s3: nothing acknowledged is lost when requests meet ${nameOf(fault)}`, async () => {
    proxy.fault = () => undefined
    await using medium = await setUp(proxy.url)
    const stores = [await medium.connect(), await medium.connect()]
    drawFaults(proxy, [fault], 0.2, createSeededRng(12))
    const acknowledged: Hash[] = []
    await Promise.all(
      stores.map(async (store, writer) => {
        for (let index = 0; index < 8; index++)
          acknowledged.push(await writeLedgerEntry(store, `${String(writer)} wrote ${String(index)}`))
      }),
    )
    proxy.fault = () => undefined
    await proxy.deliverLate()
    await using clean = await connectS3(medium.direct, 'server', never)
    await expectInLedger(clean, acknowledged)
    assert.equal(await ledgerSize(clean), 16)
    for (const store of stores) await store[Symbol.asyncDispose]()
  })

test('s3: a store that ignores conditions is refused, with the reason', async () => {
  const { place } = await setUp()
  server.ignoresConditions = true
  try {
    await assert.rejects(foundS3(place, never), { code: 'medium-failed', message: /If-None-Match/ })
    await assert.rejects(connectS3(place, 'server', never), { code: 'medium-failed' })
  } finally {
    server.ignoresConditions = false
  }
})

test('s3: a head whose answer is lost says unknown, and so does one that was answered with a fault', async () => {
  await using medium = await setUp(proxy.url)
  await using store = await medium.connect()
  for (const fault of [{ kind: 'cut-after' }, { kind: 'answer-after', status: 500 }, { kind: 'cut-before' }] as const) {
    const version = (await store.readHead('head'))?.version
    proxy.fault = ({ method }) => (method === 'PUT' ? fault : undefined)
    assert.equal(await store.casHead('head', utf8(nameOf(fault)), version), 'unknown')
    assert.equal((await store.putBlob(utf8('a blob of ' + nameOf(fault)))).kind, 'unknown')
    proxy.fault = () => undefined
  }
  assert.deepEqual((await store.readHead('head'))?.heads, [utf8('answer-after 500')])
})

test('s3: a wrong key, a wrong secret, a wrong clock, no bucket and no medium are told apart', async () => {
  const { place } = await setUp()
  const refuse = (more: Partial<S3Place>, code: string, message: RegExp) =>
    assert.rejects(connectS3({ ...place, ...more }, 'server', never), { code, message })
  await refuse({ credential: { ...S3_KEY, account: 'OTHER' } }, 'medium-forbidden', /access key/)
  await refuse({ credential: { ...S3_KEY, secret: 'other' } }, 'medium-forbidden', /access key/)
  proxy.fault = () => ({ kind: 'rewrite', headers: { 'x-amz-date': '20200101T000000Z' } })
  await refuse({ address: place.address.replace(server.url, proxy.url) }, 'medium-forbidden', /clock/)
  proxy.fault = () => undefined
  await refuse({ address: server.url + 'no-bucket/x/' }, 'medium-gone', /emptied|bucket/)
  await refuse({ address: server.url + 'bucket/nothing/' }, 'medium-gone', /no CloudOS profile/)
  await assert.rejects(foundS3({ ...place, address: server.url + 'no-bucket/x/' }, never), { code: 'medium-gone' })
})

test('s3: of what two processes race to write nothing is lost, also when they are killed', async () => {
  const { place } = await setUp()
  const run = (writer: number, order: WriterOrder) => runWriter('s3-writer.ts', [place.address], writer, order)
  const acknowledged = (await Promise.all([1, 2].map((writer) => run(writer, { count: 40 })))).flat()
  for (const killAfter of [3, 7]) {
    const killed = [3, 4].map((writer) => run(writer + killAfter, { count: 1_000_000, killAfter }))
    acknowledged.push(...(await Promise.all(killed)).flat())
  }
  await using store = await connectS3(place, 'server', never)
  await expectInLedger(store, acknowledged)
})

test('s3: an address names bucket, folder and region in either style', () => {
  assert.deepEqual(parseS3Address('https://s3.eu-central-1.amazonaws.com/mine/deep/er/'), {
    bucketUrl: 'https://s3.eu-central-1.amazonaws.com/mine',
    prefix: 'deep/er/',
    region: 'eu-central-1',
  })
  assert.deepEqual(parseS3Address('https://mine.s3.eu-west-1.amazonaws.com/deep/'), {
    bucketUrl: 'https://mine.s3.eu-west-1.amazonaws.com',
    prefix: 'deep/',
    region: 'eu-west-1',
  })
  assert.deepEqual(parseS3Address('https://mine.fsn1.example.com/?region=fsn1&style=virtual'), {
    bucketUrl: 'https://mine.fsn1.example.com',
    prefix: '',
    region: 'fsn1',
  })
  assert.equal(parseS3Address('http://localhost:9000/mine/').region, 'us-east-1')
})

const s3rver = findS3rver()

test(
  "of somebody else's S3 server, which takes our signatures and looks at no condition, no medium is made",
  { skip: s3rver === undefined && 's3rver has not been installed' },
  async () => {
    await using folder = await createTemporaryFolder()
    assert.ok(s3rver)
    await using foreign = await s3rver(folder.path)
    const place = { address: `${foreign.url}bucket/copies/`, credential: S3RVER_KEY, line: createTestLine() }
    const s3 = createS3Requests(parseS3Address(place.address), place.credential, place.line)
    for (const key of ['b/one', 'b/two'])
      assert.equal((await s3.send('PUT', key, { repeats: true, body: new Uint8Array([7]) }, never)).status, 200)
    assert.deepEqual((await s3.send('GET', 'b/one', { repeats: true }, never)).body, new Uint8Array([7]))
    const listed: S3Object[] = []
    for await (const object of s3.objects('b/', never)) listed.push(object)
    assert.deepEqual(listed, [
      { key: 'b/one', sizeBytes: 1 },
      { key: 'b/two', sizeBytes: 1 },
    ])
    await assert.rejects(foundS3(place, never), { code: 'medium-failed', message: /conditions/ })
    const credential = { ...S3RVER_KEY, secret: 'wrong' }
    await assert.rejects(foundS3({ ...place, credential }, never), { code: 'medium-forbidden' })
  },
)
