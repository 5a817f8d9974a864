/** What goes over the wire to GitHub or to a Drive while somebody types in a tab, through the keeper and the adapter that a device has. */
import assert from 'node:assert/strict'
import { house } from '@cloudos/agent/testing/protected-house'
import { TabDoc } from '@cloudos/mesh/browser/tab-doc'
import { startTabHost } from '@cloudos/mesh/browser/tab-host'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import { memoryAlone } from '@cloudos/mesh/copy/copy-memory'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { DOC } from '@cloudos/mesh/testing/family'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { connectDrive, foundDrive } from '@cloudos/storage-adapters/drive'
import { connectGithub } from '@cloudos/storage-adapters/github'
import { drivePlace, grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import { createTestLine } from '@cloudos/storage-adapters/testing/http-line'

export interface TypedEdits {
  readonly edits: number
  readonly typedForMs: number
  /** Each save while there was typing, by what its requests carried. */
  readonly flushes: readonly { readonly atMs: number; readonly bodyBytes: number }[]
  /** What the frames of the edits are, sealed, before they become a save. */
  readonly sealedBytes: number
}

/** A server that charges for requests and bytes. */
interface CountingServer extends AsyncDisposable {
  connect(): Promise<ConnectedBlobStore>
  readonly asked: readonly { readonly method: string; readonly bodyBytes: number }[]
}

export const COUNTING_SERVERS = {
  async GitHub(): Promise<CountingServer> {
    const server = await startFakeGithub()
    const { apiUrl, token, repository, asked } = server
    const place = { apiUrl, token, repository, line: createTestLine() }
    return {
      connect: async () => (await connectGithub(place, never)).store,
      asked,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  async Drive(): Promise<CountingServer> {
    const server = await startFakeDrive()
    const place = drivePlace(server.url, grantOf(server))
    await foundDrive(place, never)
    return {
      connect: () => connectDrive(place, 'somebody', never),
      asked: server.asked,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
}
export type CountingServerName = keyof typeof COUNTING_SERVERS

interface Channel extends Disposable {
  readonly ends: BroadcastChannel
}

function openChannel(): Channel {
  const ends = new BroadcastChannel('typed edits')
  return { ends, [Symbol.dispose]: () => { ends.close() } } // prettier-ignore
}

const NOW_MS = 1_000_000
const never = new AbortController().signal

/** Types `edits` texts of `length` characters, one every `everyMs` of a clock that waits for the work to be done. */
export async function measureTypedEdits(
  name: CountingServerName,
  edits: number,
  everyMs: number,
  length: number,
): Promise<TypedEdits> {
  await using server = await COUNTING_SERVERS[name]()
  const one = await house(1, 1)
  const [profile, identity] = [one.profiles[0], one.identities[0]]
  assert.ok(profile && identity)
  const clock = new SteppedClock(NOW_MS)
  let seen: SeenHead | undefined
  const keeper = startCopy({
    connect: () => server.connect(),
    medium: 'repository',
    profile,
    identity,
    ways: () => one.ways,
    memory: memoryAlone({ find: () => seen, save: (head) => (seen = head) }),
    clock,
    saveEveryMs: 5_000,
    ownDomain: () => Promise.resolve('own disk'),
    retryAfterMs: () => 1_000,
    onIncident: () => assert.fail('an incident while nobody else writes'),
  })
  const doc = await profile.replica.open(DOC)
  using channel = openChannel()
  using tabChannel = openChannel()
  using _host = startTabHost({
    term: 'the only one',
    channel: channel.ends,
    locks: navigator.locks,
    open: (docId) => profile.replica.open(docId),
  })
  const typingClock = new SteppedClock(NOW_MS)
  using tab = new TabDoc({
    docId: DOC,
    tab: 'tab',
    channel: tabChannel.ends,
    locks: navigator.locks,
    clock: typingClock,
  })
  await tab.ready
  const isTabBusy = (): boolean => tab.saving.phase !== 'saved' && !tab.isGathering
  const isKeeperBusy = (): boolean => clock.sleeping === 0 && keeper.state.behind > 0
  const settled = async (): Promise<void> => {
    do await new Promise(setImmediate)
    while (isTabBusy() || isKeeperBusy())
    assert.equal(keeper.state.error, undefined)
  }
  await keeper.sync()

  const flushes: { atMs: number; bodyBytes: number }[] = []
  let counted = server.asked.length
  const note = (): void => {
    const asked = server.asked.slice(counted)
    counted = server.asked.length
    const bodyBytes = asked.reduce((sum, request) => sum + request.bodyBytes, 0)
    // Questions and tokens are no save.
    if (bodyBytes < 1_000) return
    flushes.push({ atMs: clock.monotonicMs(), bodyBytes })
  }
  for (let edit = 0; edit < edits; edit++) {
    const text = tab.ydoc.getText('text')
    text.insert(text.length, textOf(edit, length))
    await settled()
    note()
    typingClock.step(everyMs)
    clock.step(everyMs)
  }
  tab.flush()
  await settled()
  await keeper.sync()
  note()
  await keeper.close()
  let sealedBytes = 0
  for await (const { frame } of doc.scan(0)) sealedBytes += frame.length
  await profile.close()
  return { edits, typedForMs: edits * everyMs, flushes, sealedBytes }
}

/** Nothing that repeats itself. */
function textOf(edit: number, length: number): string {
  return Array.from({ length }, (_, at) =>
    String.fromCharCode(97 + ((edit * 7919 + at * 104_729 + ((edit * at) >> 3)) % 26)),
  ).join('')
}
