import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { casesInSuite, numbersOf } from './testing/case-table.ts'
import { createTestLine } from './testing/http-line.ts'
import { createTemporaryFolder } from './testing/temporary-folder.ts'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from './testing/webdav-servers.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'
import { createDavRequests } from './webdav-client.ts'
import { connectWebdav, foundWebdav } from './webdav.ts'
import type { WebdavPlace } from './webdav.ts'

const never = new AbortController().signal
const line = createTestLine()

async function webdavUnderTest(place: WebdavPlace): Promise<MediumUnderTest> {
  await foundWebdav(place, never)
  const dav = createDavRequests(place.address, place.credential, line)
  return {
    connect: () => connectWebdav(place, 'server', never),
    async damage(name, change) {
      const { body } = await dav.send('GET', name, { repeats: true, maxBytes: 16 * 1024 * 1024 }, never)
      const { status } = await dav.send('PUT', name, { repeats: true, body: new Uint8Array(change(body)) }, never)
      assert.ok(status < 300, String(status))
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

for (const program of WEBDAV_PROGRAMS) {
  if (program.missing !== undefined) {
    test(`webdav on ${program.name}`, { skip: program.missing })
    continue
  }
  const folder = await createTemporaryFolder()
  const server = await program.start(folder.path)
  after(async () => {
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })
  let count = 0
  const setUp = () => {
    const address = `${server.url}medium ${String(count++)}/`
    return webdavUnderTest({ address: new URL(address).href, credential: WEBDAV_ACCOUNT, line })
  }
  const cases = await blobStoreSuite(`webdav on ${program.name}`, setUp)
  for (const { name, run } of cases) test(name, run)

  test(`webdav on ${program.name}: the cases that docs/media-cases.md marks are in its suite`, () => {
    assert.deepEqual(numbersOf(cases), casesInSuite(program.name, 1, 30))
  })
}
