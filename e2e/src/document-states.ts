import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readExport } from '@cloudos/mesh/import/read-export'
import { profileDocId } from '@cloudos/mesh/profile-doc/profile-doc'
import { stateHash } from '@cloudos/mesh/state-hash'
import type { DocId, Hash } from '@cloudos/protocol/ids'
import { runCommand } from './command.ts'
import type { Home } from './home.ts'

/**
 * What each document of a home says, as one hash, by what its agent exports. Without the one about the profile itself: a device that comes
 * in writes its name there.
 */
export async function documentStates(home: Home): Promise<ReadonlyMap<DocId, Hash>> {
  const file = join(home.runtimeFolder, 'everything.jsonl')
  await runCommand(home, 'profile', 'export', file)
  const { profileId, documents } = readExport(readFileSync(file))
  return new Map(
    documents
      .filter(({ docId }) => docId !== profileDocId(profileId))
      .map(({ docId, ydoc }): [DocId, Hash] => [docId, stateHash(ydoc)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
