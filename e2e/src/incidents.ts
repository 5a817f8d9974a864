import { join } from 'node:path'
import { openJournal } from '@cloudos/agent/journal/journal'
import { createReserve } from '@cloudos/agent/reserve'
import type { Home } from './home.ts'

/** What the agent of this home wrote down about chains frozen and frames refused. It must have ended. */
export function incidentsOf({ folder }: Home): readonly string[] {
  const journal = openJournal(join(folder, 'journal.db'), Date.now(), createReserve(join(folder, 'reserve')))
  const told = journal.incidents.recent(1000).filter(({ kind }) => kind === 'chain-frozen' || kind === 'frame-refused')
  journal.close()
  return told.map(({ kind, detail }) => `${kind}: ${detail}`)
}
