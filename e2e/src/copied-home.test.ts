import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { createHome } from './home.ts'
import { incidentsOf } from './incidents.ts'
import { readerOf, untilAllShow, write } from './notes.ts'
import { createOwner } from './owner.ts'

test('a home and its copy both write on, everybody gets what both wrote, and no chain is frozen', async () => {
  await using house = new AsyncDisposableStack()
  const [homeA, original, copied] = [
    house.use(await createHome()),
    house.use(await createHome()),
    house.use(await createHome()),
  ]
  const owner = await createOwner()
  const a = house.use(await startAgent(homeA))
  await owner.enrol(a)
  const b = house.use(await owner.startPaired(a, original))
  await write(b, 'before ')
  await untilAllShow(['before '], [readerOf(a), readerOf(b)])
  await b.stop()
  await cp(original.folder, copied.folder, { recursive: true, preserveTimestamps: true })
  const copies = [house.use(await startAgent(original)), house.use(await startAgent(copied))]
  for (const round of ['1', '2', '3'])
    for (const [nth, copy] of copies.entries()) await write(copy, `copy-${String(nth)}-round-${round} `)
  const words = ['1', '2', '3'].flatMap((round) => [`copy-0-round-${round} `, `copy-1-round-${round} `])
  await untilAllShow(words, [a, ...copies].map(readerOf))
  for (const agent of [a, ...copies]) await agent.stop()
  assert.deepEqual([homeA, original, copied].flatMap(incidentsOf), [])
})
