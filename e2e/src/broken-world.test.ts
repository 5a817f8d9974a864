import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { editDocumentCommand } from '@cloudos/protocol/commands'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
import { readerOf, untilAllShow, write } from './notes.ts'
import { createOwner } from './owner.ts'

const WORDS = Array.from({ length: 20 }, (_, nth) => `word-${String(nth)} `)

/** Two agents of one profile that have all words, and their homes. */
async function foundPair(house: AsyncDisposableStack, homeA?: Home): Promise<readonly [AgentProcess, AgentProcess]> {
  const owner = await createOwner()
  const a = house.use(await startAgent(homeA ?? house.use(await createHome())))
  await owner.enrol(a)
  const b = house.use(await owner.startPaired(a, house.use(await createHome())))
  for (const word of WORDS) await write(a, word)
  await untilAllShow(WORDS, [readerOf(a), readerOf(b)])
  return [a, b]
}

async function logOf({ folder }: Home): Promise<string> {
  const [name = ''] = (await readdir(join(folder, 'log'))).filter((file) => file.endsWith('.log'))
  return join(folder, 'log', name)
}

test('a log that ends in half a record is cut there, said aloud, and holds everything acknowledged', async () => {
  await using house = new AsyncDisposableStack()
  const [a, b] = await foundPair(house)
  await b.stop()
  await a.end('SIGKILL')
  const log = await logOf(a.home)
  const bytes = await readFile(log)
  await appendFile(log, bytes.subarray(0, 100))
  const again = house.use(await startAgent(a.home))
  assert.equal(await readerOf(again).text(), WORDS.join(''))
  assert.match(again.output(), /ended in the middle of a record .* Nothing acknowledged is lost/)
  await write(again, 'and on ')
  await again.end('SIGKILL')
  assert.equal(await readerOf(house.use(await startAgent(a.home))).text(), `${WORDS.join('')}and on `)
})

test('a record that rots in the middle of a log is kept aside, and comes back from the other agent', async () => {
  await using house = new AsyncDisposableStack()
  const [a, b] = await foundPair(house)
  await a.stop()
  const log = await logOf(a.home)
  const bytes = await readFile(log)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff
  await writeFile(log, bytes)
  const again = house.use(await startAgent(a.home))
  assert.match(again.output(), /record in the log .* damaged .* comes back from another device/)
  await write(again, 'and on ')
  await untilAllShow([...WORDS, 'and on '], [readerOf(again), readerOf(b)])
})

test('a journal of which half is gone costs no document, and the devices find together again', async () => {
  await using house = new AsyncDisposableStack()
  const [a, b] = await foundPair(house)
  await a.stop()
  const journal = join(a.home.folder, 'journal.db')
  const bytes = await readFile(journal)
  await writeFile(journal, bytes.subarray(0, bytes.length / 2))
  const again = house.use(await startAgent(a.home))
  assert.match(again.output(), /journal was damaged. It is kept as/)
  await write(again, 'and on ')
  await untilAllShow([...WORDS, 'and on '], [readerOf(again), readerOf(b)])
})

const mayMount = process.platform === 'linux' && process.getuid?.() === 0

test(
  'a disk that fills up under an agent refuses what is new, keeps what was acknowledged, and takes edits again when there is room',
  { skip: !mayMount && 'only root can make a small disk' },
  async () => {
    await using house = new AsyncDisposableStack()
    const home = house.use(await createHome())
    mountSmallDisk(house, home.folder)
    const stuffing = join(home.folder, 'stuffing')
    await writeFile(stuffing, new Uint8Array(3 * MIB))
    const [a, b] = await foundPair(house, home)
    const { acknowledged, refusal } = await writeUntilFull(a)
    // Whichever file could not grow: its log, its journal, its audit.
    assert.match(refusal, /is full. Everything acknowledged is kept/)
    const kept = [...WORDS, ...acknowledged]
    await untilAllShow(kept, [readerOf(a)])
    await rm(stuffing)
    await write(a, 'there is room ')
    await untilAllShow([...kept, 'there is room '], [readerOf(a), readerOf(b)])
    await a.end('SIGKILL')
    await untilAllShow([...kept, 'there is room '], [readerOf(house.use(await startAgent(home)))])
  },
)

const MIB = 1024 * 1024

function mountSmallDisk(house: AsyncDisposableStack, folder: string): void {
  mkdirSync(folder)
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', folder]).status, 0)
  // Lazily: an agent of a test that has failed may still have files open there.
  house.defer(() => {
    spawnSync('umount', ['-l', folder])
  })
}

interface Filled {
  /** The words before the first refusal. */
  readonly acknowledged: readonly string[]
  readonly refusal: string
}

/** Each word follows a bulky edit elsewhere. */
async function writeUntilFull(agent: AgentProcess): Promise<Filled> {
  const acknowledged: string[] = []
  try {
    for (;;) {
      const bulk = { document: 'bulk', at: 0, remove: BULK.length, insert: BULK }
      await agent.call(editDocumentCommand, bulk)
      const word = `after-bulk-${String(acknowledged.length)} `
      await write(agent, word)
      acknowledged.push(word)
    }
  } catch (cause) {
    if (!(cause instanceof CloudError) || cause.code !== 'disk-full') throw cause
    return { acknowledged, refusal: cause.message }
  }
}

const BULK = 'x'.repeat(100_000)
