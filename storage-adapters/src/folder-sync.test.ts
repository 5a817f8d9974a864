import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Hash } from '@cloudos/protocol/ids'
import { connectFolder } from './folder.ts'
import { createSeededRng } from './seeded-rng.ts'
import type { SeededRng } from './seeded-rng.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './suite/ledger.ts'
import { foundTemporaryFolder } from './testing/temporary-folder.ts'

/** Unrecognised is the dangerous one: each machine believes that its disk compares and swaps for all. */
for (const kind of ['recognised', 'unrecognised'] as const)
  test(`two machines lose nothing in a folder synced late, out of order and in part, the sync program ${kind}`, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const rng = createSeededRng(seed)
      await using here = await foundTemporaryFolder()
      await using there = await foundTemporaryFolder()
      if (kind === 'recognised') for (const { path } of [here, there]) await mkdir(join(path, '.stfolder'))
      await using storeHere = await connectFolder(here.path, 'here')
      await using storeThere = await connectFolder(there.path, 'there')
      assert.equal(storeHere.capabilities.cas, kind === 'unrecognised')
      const program = createSyncProgram(here.path, there.path, rng)
      const acknowledged: Hash[] = []
      for (let turn = 0; turn < 24; turn++) {
        const store = rng.below(2) === 0 ? storeHere : storeThere
        acknowledged.push(await writeLedgerEntry(store, `turn ${turn}`))
        if (rng.below(2) === 0) await program.syncSome()
      }
      await program.syncAll()
      for (const store of [storeHere, storeThere]) {
        await expectInLedger(store, acknowledged)
        assert.equal(await ledgerSize(store), 24)
      }
      await writeLedgerEntry(storeHere, 'the last one')
      assert.equal((await storeHere.readHead('ledger'))?.heads.length, 1)
    }
  })

/**
 * Copies new files and deletions both ways, some only half at first. Where both sides made one name with different bytes it keeps
 * one and puts the other beside it as a conflict copy, as Syncthing and Dropbox do.
 */
function createSyncProgram(here: string, there: string, rng: SeededRng) {
  /** Paths both sides have had: missing on one of them now, they were deleted there. */
  const shared = new Set<string>()
  /** Where half a file lies. */
  const half = new Set<string>()

  async function syncFile(path: string): Promise<void> {
    for (const side of [here, there]) if (half.delete(join(side, path))) await rm(join(side, path))
    const [a, b] = await Promise.all([findFile(join(here, path)), findFile(join(there, path))])
    if (shared.has(path) && (a === undefined || b === undefined)) {
      for (const side of [here, there]) await rm(join(side, path), { force: true })
    } else if (a !== undefined && b !== undefined && !a.equals(b)) {
      await writeFile(join(there, path), a)
      for (const side of [here, there]) await writeFile(join(side, path + '.sync-conflict-20260101-AAAAAAA'), b)
    } else await copyOver(path, a ?? b, 1)
    shared.add(path)
  }

  /** To the side that lacks it. */
  async function copyOver(path: string, bytes: Buffer | undefined, share: number): Promise<void> {
    if (bytes === undefined) return
    for (const file of [join(here, path), join(there, path)]) {
      if ((await findFile(file)) !== undefined) continue
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes.subarray(0, bytes.length * share))
      if (share < 1) half.add(file)
    }
  }

  async function allPaths(): Promise<readonly string[]> {
    const both = await Promise.all([here, there].map(listFiles))
    return [...new Set(both.flat())].sort()
  }

  return {
    async syncSome() {
      for (const path of await allPaths()) {
        const dice = rng.below(4)
        if (dice === 0) await syncFile(path)
        const file = await findFile(join(here, path))
        if (dice === 1 && !shared.has(path)) await copyOver(path, file ?? (await findFile(join(there, path))), 0.5)
      }
    },
    async syncAll() {
      for (const path of await allPaths()) await syncFile(path)
    },
  }
}

async function findFile(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined)
}

async function listFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('~'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}
