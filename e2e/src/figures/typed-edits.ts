/** What goes over the wire to a repository on GitHub while somebody types, through the keeper and the adapter that a device has. */
import assert from 'node:assert/strict'
import { house } from '@cloudos/agent/testing/protected-house'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { SeenHead } from '@cloudos/mesh/copy/lie'
import { DOC } from '@cloudos/mesh/testing/family'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { connectGithub } from '@cloudos/storage-adapters/github'
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

const NOW_MS = 1_000_000

/** Types `edits` texts of `length` characters, one every `everyMs` of a clock that waits for the work to be done. */
export async function measureTypedEdits(edits: number, everyMs: number, length: number): Promise<TypedEdits> {
  await using github = await startFakeGithub()
  const one = await house(1, 1)
  const [profile, identity] = [one.profiles[0], one.identities[0]]
  assert.ok(profile && identity)
  const { apiUrl, token, repository } = github
  const clock = new SteppedClock(NOW_MS)
  let seen: SeenHead | undefined
  const keeper = startCopy({
    connect: async () =>
      (await connectGithub({ apiUrl, token, repository, line: createTestLine() }, new AbortController().signal)).store,
    medium: 'repository',
    profile,
    identity,
    ways: () => one.ways,
    memory: { find: () => seen, save: (head) => (seen = head), told: () => [] },
    clock,
    retryAfterMs: () => 1_000,
    onIncident: () => assert.fail('an incident while nobody else writes'),
  })
  const settled = async (): Promise<void> => {
    while (clock.sleeping === 0 && keeper.state.behind > 0) await new Promise(setImmediate)
    assert.equal(keeper.state.error, undefined)
  }
  const doc = await profile.replica.open(DOC)
  await keeper.sync()

  const flushes: { atMs: number; bodyBytes: number }[] = []
  let counted = github.asked.length
  const note = (): void => {
    const asked = github.asked.slice(counted)
    counted = github.asked.length
    if (!asked.some(({ method }) => method === 'PATCH')) return
    const bodyBytes = asked.reduce((sum, request) => sum + request.bodyBytes, 0)
    flushes.push({ atMs: clock.monotonicMs(), bodyBytes })
  }
  for (let edit = 0; edit < edits; edit++) {
    doc.ydoc.getText('text').insert(doc.ydoc.getText('text').length, textOf(edit, length))
    await doc.durable()
    await settled()
    note()
    clock.step(everyMs)
  }
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
