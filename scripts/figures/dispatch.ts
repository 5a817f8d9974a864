/** What the dispatcher itself costs: everything before a handler, without the disk. */
import { register } from '@cloudos/agent/commands/register'
import { openDispatch, rpcCall } from '@cloudos/agent/testing/open-dispatch'
import { median } from '@cloudos/e2e/figures/statistics'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { readDocumentCommand } from '@cloudos/protocol/commands'
import { encodeRecord } from '@cloudos/protocol/record'
import { judge, row } from '../figure-rows.ts'
import type { FigureRow } from '../figures.ts'

const BATCH = 1_000

async function measureDispatch(batches: number): Promise<readonly number[]> {
  const undo: (() => unknown)[] = []
  const reads = register({ shape: readDocumentCommand, run: () => Promise.resolve({ text: '' }) })
  const { dispatch } = await openDispatch({ after: (act: () => unknown) => undo.push(act) }, new SteppedClock(1), [
    reads,
  ])
  const call = rpcCall('document.read', encodeRecord(readDocumentCommand.input, { document: 'notes' }))
  const tookUs: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    const startedAtMs = performance.now()
    for (let i = 0; i < BATCH; i++) await dispatch({ kind: 'owner' }, call)
    tookUs.push(((performance.now() - startedAtMs) * 1_000) / BATCH)
  }
  for (const act of undo) await act()
  return tookUs
}

export const rows: readonly FigureRow[] = [
  row(
    'dispatch of a read in process, parsing and encoding with it, p50 of batches of 1,000',
    '< 5',
    'us',
    async (isQuick) => {
      const tookUs = await measureDispatch(isQuick ? 20 : 200)
      return judge(median(tookUs), tookUs.length, (us) => us < 5)
    },
  ),
]
