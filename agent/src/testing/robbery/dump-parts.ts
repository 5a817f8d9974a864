import assert from 'node:assert/strict'
import { hashId } from '@cloudos/crypto/hash'
import { parseHead } from '@cloudos/protocol/head'
import type { Head } from '@cloudos/protocol/head'
import type { Hash } from '@cloudos/protocol/ids'
import { parsePackIndex } from '@cloudos/protocol/pack-index'
import type { PackIndex } from '@cloudos/protocol/pack-index'
import type { BlobStore } from '@cloudos/protocol/ports'
import { parseSigned } from '@cloudos/protocol/signed'
import type { Dump, Layout } from './layout.ts'

/** Where everything lies in the dump of a medium, and how to put something else there. */
export interface DumpParts {
  /** The head of a dump that nobody has changed. */
  readonly headOf: (dump: Dump) => { readonly head: Head; readonly bytes: Uint8Array }
  readonly indexOf: (dump: Dump) => PackIndex
  /** The blobs that the head leads to, by their paths. */
  readonly leadsTo: (dump: Dump) => readonly string[]
  /** With a blob more, under its right name. */
  readonly withBlob: (dump: Dump, bytes: Uint8Array) => readonly [Dump, Hash]
  /** The one head of the medium from now on. */
  readonly replaceHead: (dump: Dump, head: Uint8Array) => Dump
  /** As if two writers had not seen each other. */
  readonly showHeadBeside: (dump: Dump, head: Uint8Array) => Dump
  readonly storeOf: (dump: Dump) => BlobStore
}

export function partsOf(layout: Layout): DumpParts {
  const headOf: DumpParts['headOf'] = (dump) => {
    const bytes = layout.findHead(dump)
    assert.ok(bytes)
    const signed = parseSigned(bytes, parseHead)
    assert.ok(signed.ok)
    return { head: signed.value.value, bytes }
  }
  const indexOf: DumpParts['indexOf'] = (dump) => {
    const file = dump.get(layout.blobPath(headOf(dump).head.packIndexBlob)) ?? new Uint8Array(0)
    const index = parsePackIndex(layout.bytesOf(file))
    assert.ok(index.ok)
    return index.value
  }
  return {
    headOf,
    indexOf,
    leadsTo(dump) {
      const { vaultBlob, packIndexBlob } = headOf(dump).head
      const { authorityBlobs, packs } = indexOf(dump)
      const names = [vaultBlob, packIndexBlob, ...authorityBlobs, ...packs.map(({ blob }) => blob)]
      return names.map((name) => layout.blobPath(name))
    },
    withBlob(dump, bytes) {
      const name = hashId(bytes)
      return [new Map([...dump, [layout.blobPath(name), layout.fileOf(bytes)]]), name]
    },
    replaceHead: (dump, head) => layout.withHead(layout.withoutHeads(dump), head),
    showHeadBeside: (dump, head) => layout.withHead(dump, head),
    storeOf: (dump) => layout.storeOf(dump),
  }
}
