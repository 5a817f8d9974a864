import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Hash } from '@cloudos/protocol/ids'
import { connectFolder } from './folder.ts'
import { createSeededRng } from './seeded-rng.ts'
import { expectInLedger, ledgerSize } from './suite/ledger.ts'
import { runWriter } from './testing/run-writer.ts'
import { foundTemporaryFolder } from './testing/temporary-folder.ts'

for (const kind of ['local', 'synced'] as const) {
  test(`of what two processes race to write into one folder nothing is lost (${kind})`, async () => {
    await using folder = await foundTemporaryFolder()
    if (kind === 'synced') await mkdir(join(folder.path, '.stfolder'))
    const acknowledged = await Promise.all(
      [1, 2].map((writer) => runWriter('folder-writer.ts', [folder.path], writer, { count: 60 })),
    )
    await using store = await connectFolder(folder.path, 'disk')
    await expectInLedger(store, acknowledged.flat())
    assert.equal(await ledgerSize(store), 120)
  })

  test(`a process killed in the middle of a write loses nothing it had acknowledged (${kind})`, async () => {
    const rng = createSeededRng(3)
    await using folder = await foundTemporaryFolder()
    if (kind === 'synced') await mkdir(join(folder.path, '.stfolder'))
    const acknowledged: Hash[] = []
    for (let round = 0; round < 6; round++) {
      const orders = [0, 1].map(() => ({ count: 1_000_000, killAfter: 1 + rng.below(12) }))
      const killed = orders.map((order, lane) => runWriter('folder-writer.ts', [folder.path], 2 * round + lane, order))
      acknowledged.push(...(await Promise.all(killed)).flat())
      await using store = await connectFolder(folder.path, 'disk')
      await expectInLedger(store, acknowledged)
    }
  })
}
