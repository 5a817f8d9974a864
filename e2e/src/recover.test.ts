import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import { leaveOnMedia, recoverFrom } from './left-household.ts'

const program = WEBDAV_PROGRAMS.find(({ missing }) => missing === undefined)
const skip = program === undefined && WEBDAV_PROGRAMS.map(({ missing }) => missing).join('; ')

test(
  'with its first home deleted, a machine comes back by the command line from a folder, and from a WebDAV server, to the same state',
  { skip },
  async () => {
    assert.ok(program)
    await using stack = new AsyncDisposableStack()
    const shelf = stack.use(await createTemporaryFolder())
    const server = stack.use(await program.start(shelf.path))
    const left = await leaveOnMedia(stack, 30, [{ kind: 'webdav', where: `${server.url}cloudos/`, ...WEBDAV_ACCOUNT }])
    for (const place of left.places) {
      const { stateHash, documents, unread, problem } = await recoverFrom(left, place)
      assert.deepEqual([stateHash, documents, unread, problem], [left.stateHash, 2, 0, undefined], place.kind)
    }
  },
)
