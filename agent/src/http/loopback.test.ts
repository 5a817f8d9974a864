import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import type { Server } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { listenOnLoopback } from './loopback.ts'
import { findPortHolder } from './port-holder.ts'

/** Somebody else, on a port of the system's choice. */
async function takePort(t: TestContext, host: string): Promise<number> {
  const server: Server = createNetServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
  test(`a port that somebody has on ${host} is taken, and nothing is left listening on the other half`, async (t) => {
    const port = await takePort(t, host)
    const server = createServer()
    assert.equal((await listenOnLoopback(server, port)).kind, 'taken')
    assert.equal(server.listening, false)
  })
}

test('a port can be had again after it was closed', async (t) => {
  const port = await takePort(t, '127.0.0.1')
  for (let next = port + 1; ; next++) {
    const first = await listenOnLoopback(createServer(), next)
    if (first.kind === 'taken') continue
    await first.close()
    const second = await listenOnLoopback(createServer(), next)
    assert.equal(second.kind, 'listening')
    await second.close()
    return
  }
})

test(
  'the holder of a port is named where the system tells',
  { skip: process.platform !== 'linux' && 'only Linux tells' },
  async (t) => {
    const port = await takePort(t, '127.0.0.1')
    assert.equal((await findPortHolder(port))?.pid, process.pid)
  },
)

test('a port that nobody has, has no holder', async () => {
  assert.equal(await findPortHolder(1), undefined)
})
