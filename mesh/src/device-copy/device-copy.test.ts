import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashId } from '@cloudos/crypto/hash'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, Channel } from '@cloudos/protocol/ports'
import { instantClock, peerIdOf } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { newDevice } from '../testing/profiles.ts'
import { codeText, findCode } from './code.ts'
import { codeRefused } from './proof.ts'
import { serveCopy } from './serve-copy.ts'
import type { ServedCopy } from './serve-copy.ts'
import { COPY_PROTOCOL } from './talk.ts'
import { introduce, visitCopy } from './visit-copy.ts'

const SECRET = new Uint8Array(16).fill(7)
const HEAD = new Uint8Array(300).fill(1)
/** Larger than a message. */
const PACK = createDice(3).bytes(1_300_000)
const CANARY = new TextEncoder().encode('the heron lands at dawn')

const refused = (): Promise<never> => Promise.reject(new Error('a copy is only read'))

const store: BlobStore = {
  capabilities: { cas: false, maxBlobBytes: 1, evictable: false, failureDomain: 'here' },
  readHead: () => Promise.resolve({ heads: [HEAD], version: 'one' }),
  getBlob: (name) => Promise.resolve([PACK, CANARY].find((blob) => hashId(blob) === name)),
  list: async function* () {
    yield* await Promise.resolve([])
  },
  casHead: refused,
  putBlob: refused,
  flush: refused,
  delete: refused,
}

/** A device that shows a code, and how each visit to it ended. */
function table(seed: number, served: Partial<ServedCopy> = {}) {
  const dice = createDice(seed)
  const network = new MemoryNetwork()
  const [newcomer, device, stranger] = [0, 1, 2].map(() => peerIdOf(newDevice(dice)))
  if (newcomer === undefined || device === undefined || stranger === undefined) throw new RangeError()
  const ends: (string | undefined)[] = []
  const taken: (readonly Uint8Array[])[] = []
  let closed = 0
  const clock = { ...instantClock, sleep: () => new Promise<never>(() => undefined) }
  const serve = (channel: Channel): void => {
    serveCopy({
      ...{ channel, peerId: device, rng: dice, clock, secret: SECRET, isKnown: false },
      signal: AbortSignal.timeout(20_000),
      onProved: () => undefined,
      openCopy: () =>
        Promise.resolve({
          store,
          [Symbol.asyncDispose]: () => {
            closed += 1
            return Promise.resolve()
          },
        }),
      takeIn: (entries) => {
        taken.push(entries)
        return Promise.resolve()
      },
      ...served,
    })
      .then(
        () => ends.push(undefined),
        (cause: unknown) => ends.push(cause instanceof CloudError ? cause.code : 'bug'),
      )
      .finally(() => {
        channel.close()
      })
  }
  network.join(device).handle(COPY_PROTOCOL, serve)
  const open = (from: string = newcomer): Promise<Channel> => network.join(from).open(device, COPY_PROTOCOL)
  const visit = async (secret = SECRET, peerId = newcomer) =>
    visitCopy(
      { channel: await open(peerId), peerId, rng: dice, signal: AbortSignal.timeout(20_000), failureDomain: 'there' },
      secret,
    )
  return { dice, network, newcomer, device, stranger, ends, taken, closed: () => closed, open, visit }
}

test('a code has one spelling that forgives how it is typed, and a slip of the pen shows before anything is sent', () => {
  const dice = createDice(1)
  for (let round = 0; round < 200; round++) {
    const secret = dice.bytes(16)
    const text = codeText(secret)
    assert.match(text, /^([a-z2-7]{5}-){5}[a-z2-7]{4}$/)
    const typed = text.toUpperCase().replaceAll('-', ' ').replaceAll('O', '0').replaceAll('L', '1').replaceAll('B', '8')
    assert.deepEqual(findCode(` ${typed}\n`), secret)
    const at = dice.bytes(1)[0] ?? 0
    const symbols = text.replaceAll('-', '')
    const other = symbols[at % 28] === 'q' ? 'r' : 'q'
    const slip = symbols.slice(0, at % 28) + other + symbols.slice((at % 28) + 1)
    assert.notDeepEqual(findCode(slip), secret)
  }
  for (const text of ['', 'a', codeText(new Uint8Array(16)) + 'a', codeText(new Uint8Array(15)), '€'.repeat(29)])
    assert.equal(findCode(text), undefined)
  const slips = Array.from({ length: 500 }, () => findCode(codeText(dice.bytes(16)).slice(0, -2) + 'qq'))
  assert.ok(slips.filter((slip) => slip !== undefined).length < 5)
})

test('whoever proves the code reads the whole copy, a pack larger than a message too, and it is closed behind it', async () => {
  const { visit, ends, closed } = table(2)
  const copy = await visit()
  assert.deepEqual((await copy.readHead('profile'))?.heads, [HEAD])
  assert.deepEqual(await copy.getBlob(hashId(PACK)), PACK)
  assert.equal(await copy.getBlob(hashId(HEAD)), undefined)
  await assert.rejects(copy.putBlob(PACK), { code: 'medium-forbidden' })
  assert.equal(closed(), 0)
  await copy[Symbol.asyncDispose]()
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(closed(), 1)
})

test('who does not know the code hears one random number and nothing else, and is told from who does', async () => {
  const { visit, ends, network, closed } = table(4)
  await assert.rejects(visit(new Uint8Array(16).fill(8)), { code: 'code-refused' })
  assert.deepEqual(ends, ['code-refused'])
  assert.equal(closed(), 0)
  // Two random numbers of 16 bytes, and the MAC of the one that guesses.
  assert.deepEqual(
    network.seen.map(({ length }) => length),
    [19, 19, 36],
  )
})

test('without a code that is shown, the right one opens nothing either', async () => {
  const { visit, network } = table(5, { secret: undefined })
  await assert.rejects(visit(), { code: 'code-refused' })
  assert.equal(network.seen.length, 1)
})

test('a code that another has used meanwhile is refused before the newcomer is told that it was right', async () => {
  const used = table(6, {
    onProved: () => {
      throw codeRefused()
    },
  })
  await assert.rejects(used.visit(), { code: 'code-refused' })
  assert.equal(used.network.seen.length, 3)
})

test('what was said in one visit, said again by the same peer, proves nothing', async () => {
  const { visit, open, network, ends, newcomer } = table(7)
  const copy = await visit()
  const said = [network.seen[0], network.seen[2]]
  await copy[Symbol.asyncDispose]()
  const channel = await open(newcomer)
  const heard: Uint8Array[] = []
  const gone = new Promise<void>((resolve) => {
    channel.onClose(resolve)
  })
  channel.onMessage((message) => heard.push(message))
  for (const message of said) if (message !== undefined) channel.send(message)
  await gone
  assert.equal(heard.length, 1)
  assert.ok(ends.includes('code-refused'))
})

test('a peer between the two that carries every word unchanged gets neither side to believe it', async () => {
  const { dice, network, newcomer, device, stranger, ends, closed } = table(8)
  network.join(stranger).handle(COPY_PROTOCOL, (near) => {
    void network
      .join(stranger)
      .open(device, COPY_PROTOCOL)
      .then((far) => {
        near.onMessage((message) => void far.send(message))
        far.onMessage((message) => void near.send(message))
        far.onClose(() => {
          near.close()
        })
      })
  })
  const channel = await network.join(newcomer).open(stranger, COPY_PROTOCOL)
  const parts = { channel, peerId: newcomer, rng: dice, signal: AbortSignal.timeout(20_000), failureDomain: 'there' }
  await assert.rejects(visitCopy(parts, SECRET), { code: 'code-refused' })
  assert.deepEqual(ends, ['code-refused'])
  assert.equal(closed(), 0)
})

test('a device that does not know the code cannot pass for the one that shows it', async () => {
  const { visit } = table(9, { secret: new Uint8Array(16).fill(9) })
  await assert.rejects(visit(), { code: 'code-refused' })
})

test('what lets a newcomer in is taken in the visit, or later from whoever has proved a code, and from nobody else', async () => {
  const signal = AbortSignal.timeout(20_000)
  const known = table(10, { isKnown: true })
  await introduce({ channel: await known.open(), signal }, [CANARY, PACK.subarray(0, 100_000)])
  assert.deepEqual(known.taken, [[CANARY, PACK.subarray(0, 100_000)]])
  const unknown = table(11)
  await assert.rejects(introduce({ channel: await unknown.open(), signal }, [CANARY]), { code: 'code-refused' })
  assert.deepEqual(unknown.taken, [])
  // It has guessed nothing: that is no try.
  assert.deepEqual(unknown.ends, [undefined])
})

test('a blob that is not what its name says is told as damaged, and one without end is not taken', async () => {
  const { visit } = table(12, {
    openCopy: () =>
      Promise.resolve({
        store: { ...store, getBlob: () => Promise.resolve(CANARY) },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  })
  const copy = await visit()
  await assert.rejects(copy.getBlob(hashId(PACK)), { code: 'blob-damaged' })
  assert.deepEqual(await copy.getBlob(hashId(CANARY)), CANARY)
})

test('why a device cannot show its copy is told in words of this side', async () => {
  const { visit } = table(13, { openCopy: () => Promise.reject(new CloudError('no-ways', 'whatever it says')) })
  const copy = await visit()
  await assert.rejects(copy.readHead('profile'), (cause) => {
    assert.ok(cause instanceof CloudError)
    assert.equal(cause.code, 'no-ways')
    assert.doesNotMatch(cause.message, /whatever/)
    return true
  })
})
