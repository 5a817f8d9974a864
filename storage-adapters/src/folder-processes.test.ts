import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { connectFolder } from './folder.ts'
import { createSeededRng } from './seeded-rng.ts'
import { expectInLedger, ledgerSize } from './suite/ledger.ts'
import { foundTemporaryFolder } from './testing/temporary-folder.ts'

for (const kind of ['local', 'synced'] as const) {
  test(`of what two processes race to write into one folder nothing is lost (${kind})`, async () => {
    await using folder = await foundTemporaryFolder()
    if (kind === 'synced') await mkdir(join(folder.path, '.stfolder'))
    const acknowledged = await Promise.all([1, 2].map((writer) => runWriter(folder.path, writer, { count: 60 })))
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
      const killed = orders.map((order, lane) => runWriter(folder.path, 2 * round + lane, order))
      acknowledged.push(...(await Promise.all(killed)).flat())
      await using store = await connectFolder(folder.path, 'disk')
      await expectInLedger(store, acknowledged)
    }
  })
}

/** Resolves, once the process is gone, to what it had acknowledged. */
async function runWriter(
  path: string,
  writer: number,
  order: { readonly count: number; readonly killAfter?: number },
): Promise<readonly Hash[]> {
  const script = join(import.meta.dirname, 'testing', 'folder-writer.ts')
  const child = spawn(process.execPath, [script, path, String(writer), String(order.count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const names: Hash[] = []
  for await (const line of createInterface(child.stdout)) {
    // The kill may have cut the last line.
    const name = findId('Hash', line)
    if (name !== undefined) names.push(name)
    if (names.length === order.killAfter) child.kill('SIGKILL')
  }
  await gone
  assert.equal(child.exitCode, order.killAfter === undefined ? 0 : null)
  return names
}
