import assert from 'node:assert/strict'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signFor } from '@cloudos/crypto/signature'
import type { Signer } from '@cloudos/crypto/signature'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { HEAD_NAME } from '@cloudos/mesh/copy/store-blob'
import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import { parseHead } from '@cloudos/protocol/head'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import { connectFolder } from '@cloudos/storage-adapters/folder'

/** The copy in a folder, as it lies there. */
export async function storedIn(stick: string): Promise<StoredCopy> {
  await using store = await connectFolder(stick, 'disk')
  const copy = await readCopy(store)
  return copy.ok ? copy.value : assert.fail(copy.error.kind)
}

/** The same head, asking for a reader that nobody has yet. */
export async function writeNewerHead(stick: string, signer: Signer): Promise<void> {
  const { headBytes, read } = await storedIn(stick)
  const signed = parseSigned(headBytes, parseHead)
  const map = signed.ok ? decodeCbor(signed.value.payload) : undefined
  assert.ok(map?.ok && map.value instanceof Map)
  const payload = encodeCbor(
    new Map([...map.value, [12, 1_000]].sort(([a], [b]) => Number(a) - Number(b)) as [number, number][]),
  )
  const bytes = encodeSigned(payload, await signFor(signer, 'head', payload))
  await using store = await connectFolder(stick, 'disk')
  assert.equal(await store.casHead(HEAD_NAME, bytes, read.version), 'ok')
}

export async function rotPacks(stick: string): Promise<void> {
  for (const { blob } of (await storedIn(stick)).packs) writeFileSync(join(stick, 'b', blob), 'rotten')
}

export function dropHeads(stick: string): void {
  rmSync(join(stick, 'h'), { recursive: true })
  mkdirSync(join(stick, 'h'))
}

/** What lies in one folder is what lay in the other. */
export function putInPlace(stick: string, other: string): void {
  rmSync(stick, { recursive: true })
  cpSync(other, stick, { recursive: true })
}
