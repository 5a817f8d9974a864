import assert from 'node:assert/strict'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { hashOf } from '@cloudos/storage-adapters/blob-hash'
import { connectFolder } from '@cloudos/storage-adapters/folder'

/** What may rot, or be changed by a thief, in the folder of a copy. */
export type DamagedPart = 'head' | 'slot' | 'vault'

/** The same folder in another place, with one part of it damaged. */
export async function damagedTwin(folder: string, part: DamagedPart): Promise<string> {
  const twin = `${folder}-with-bad-${part}`
  await cp(folder, twin, { recursive: true })
  const copy = await copyIn(twin)
  const [record = ''] = globSync(join(twin, 'h/profile/*/*'))
  if (part === 'head') await writeFile(record, 'rot')
  else if (part === 'vault') await writeFile(join(twin, 'b', copy.head.vaultBlob), 'rot')
  else await changeSlot(record, copy)
  return twin
}

/** As a thief would: the record carries its right name again, and only the signature tells. */
async function changeSlot(record: string, { slots }: StoredCopy): Promise<void> {
  const bytes = await readFile(record)
  const at = bytes.indexOf(slots[0] ?? new Uint8Array())
  assert.ok(at > 0)
  const changed = new Uint8Array(bytes.with(at + 40, 1 ^ (bytes[at + 40] ?? 0)))
  await writeFile(join(dirname(record), await hashOf(changed)), changed)
  await rm(record)
}

async function copyIn(folder: string): Promise<StoredCopy> {
  await using store = await connectFolder(folder, folder)
  const copy = await readCopy(store)
  assert.ok(copy.ok)
  return copy.value
}

/** An empty folder beside it. */
export async function emptyBeside(folder: string): Promise<string> {
  const empty = `${folder}-empty`
  await mkdir(empty)
  return empty
}
