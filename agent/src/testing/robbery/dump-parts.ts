import assert from 'node:assert/strict'
import { hashId } from '@cloudos/crypto/hash'
import { parseHead } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import type { Hash } from '@cloudos/protocol/ids'
import { parsePackIndex } from '@cloudos/protocol/pack-index'
import type { PackIndex } from '@cloudos/protocol/pack-index'
import { parseSigned } from '@cloudos/protocol/signed'
import { encodeHeadRecord, findHeadRecord } from '@cloudos/storage-adapters/head-record'
import type { Dump } from './dump.ts'

/* Where everything lies in the dump of a folder medium (storage-adapters/src/folder-heads.ts). */

const HEADS = 'h/profile/'

/** The head of a dump that nobody has changed. */
export function headOf(dump: Dump): { readonly head: Head; readonly bytes: Uint8Array } {
  const newest = [...dump.keys()].filter((path) => path.startsWith(HEADS)).sort().at(-1) // prettier-ignore
  const record = findHeadRecord(new Uint8Array(dump.get(newest ?? '') ?? []))
  assert.ok(record?.head)
  const signed = parseSigned(record.head, parseHead)
  assert.ok(signed.ok)
  return { head: signed.value.value, bytes: record.head }
}

export function indexOf(dump: Dump): PackIndex {
  const index = parsePackIndex(dump.get('b/' + headOf(dump).head.packIndexBlob) ?? new Uint8Array(0))
  assert.ok(index.ok)
  return index.value
}

/** The blobs that the head leads to, by their paths. */
export function leadsTo(dump: Dump): readonly string[] {
  const { vaultBlob, packIndexBlob } = headOf(dump).head
  const { authorityBlobs, packs } = indexOf(dump)
  return [vaultBlob, packIndexBlob, ...authorityBlobs, ...packs.map(({ blob }) => blob)].map((name) => 'b/' + name)
}

/** With a blob more, under its right name. */
export function withBlob(dump: Dump, bytes: Uint8Array): readonly [Dump, Hash] {
  const name = hashId(bytes)
  return [new Map([...dump, ['b/' + name, bytes]]), name]
}

/** The one head of the medium from now on. */
export function replaceHead(dump: Dump, head: Uint8Array): Dump {
  const rest = [...dump].filter(([path]) => !path.startsWith(HEADS))
  return showHeadBeside(new Map(rest), head)
}

/** As if two writers had not seen each other. */
export function showHeadBeside(dump: Dump, head: Uint8Array): Dump {
  const record = encodeHeadRecord({ replaces: [], head: new Uint8Array(head) })
  return new Map([...dump, [`${HEADS}000000000999/${hashId(record)}`, record]])
}
