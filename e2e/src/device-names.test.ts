import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openJournal } from '@cloudos/agent/journal/journal'
import { createReserve } from '@cloudos/agent/reserve'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import { startAgent } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
import { createOwner } from './owner.ts'

test('machines are shown by their host names, which stand in the sealed document and not in the log that media show', async () => {
  await using house = new AsyncDisposableStack()
  const home = house.use(await createHome())
  const a = house.use(await startAgent(home))
  const owner = await createOwner()
  await owner.enrol(a)
  const b = house.use(await owner.startPaired(a, house.use(await createHome())))
  for (const agent of [a, b])
    await eventually('both machines are shown by the name of their host', async () => {
      const { devices } = await agent.call(listDevicesCommand, {})
      return devices.filter(({ name }) => name === hostname()).length === 2 || undefined
    })
  await Promise.all([a.stop(), b.stop()])
  assert.deepEqual(await namesInLog(home), ['owner', 'Computer', 'Computer'])
})

async function namesInLog({ folder }: Home): Promise<readonly string[]> {
  const journal = openJournal(join(folder, 'journal.db'), Date.now(), createReserve(join(folder, 'reserve')))
  const { entries } = await journal.authority.load()
  journal.close()
  return entries.flatMap((bytes) => {
    const entry = parseSignedEntry(bytes)
    assert.ok(entry.ok)
    const { body } = entry.value.entry
    return body.kind === 'add-device' ? [body.certificate.name] : []
  })
}
