import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import { hashOf } from '../blob-hash.ts'
import { expect } from './expect.ts'

/*
 * The law every medium is held to: what was acknowledged is found again. The writers here do what a device does: put a blob, then
 * name it in the one head they all share, merging whatever heads they read, and believe only what the store's answers allow.
 */
const HEAD = 'ledger'
/** Far beyond what any seed needs; a store that never lets a write through ends here. */
const TRIES = 10_000

/** Resolves once the entry is acknowledged. `unknown`, lost races and faults that pass are met by reading again. */
export async function writeLedgerEntry(store: BlobStore, text: string): Promise<Hash> {
  const name = await untilAnswered(() => tryToPut(store, utf8(text)))
  return untilAnswered(() => tryToName(store, name))
}

/** To be asked through a connection that lies no more. */
export async function expectInLedger(store: BlobStore, acknowledged: Iterable<Hash>): Promise<void> {
  const read = await store.readHead(HEAD)
  const names = await findNames(read?.heads ?? [])
  expect(names !== undefined, 'a damaged head was kept')
  for (const name of acknowledged) {
    expect(names.has(name), `acknowledged, and no head names it: ${name}`)
    expect((await store.getBlob(name)) !== undefined, `acknowledged, and gone: ${name}`)
  }
}

export async function ledgerSize(store: BlobStore): Promise<number> {
  const read = await store.readHead(HEAD)
  return (await findNames(read?.heads ?? []))?.size ?? 0
}

async function tryToPut(store: BlobStore, bytes: Uint8Array): Promise<Hash | undefined> {
  const { kind, name } = await store.putBlob(bytes)
  if (kind === 'unknown' && (await store.getBlob(name)) === undefined) return undefined
  return name
}

async function tryToName(store: BlobStore, name: Hash): Promise<Hash | undefined> {
  const read = await store.readHead(HEAD)
  const names = await findNames(read?.heads ?? [])
  if (names === undefined) return undefined
  if (names.has(name)) return name
  const outcome = await store.casHead(HEAD, await encodeNames(names.add(name)), read?.version)
  return outcome === 'ok' ? name : undefined
}

async function untilAnswered<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await attempt().catch(passing)
    if (answer !== undefined) return answer
  }
  throw new Error('the store never let this write through')
}

const PASSING_FAULTS = ['medium-unreachable', 'medium-full', 'blob-damaged']

function passing(error: unknown): undefined {
  if (error instanceof CloudError && PASSING_FAULTS.includes(error.code)) return undefined
  throw error
}

/** One line for each name, then the hash of them all: a head has no name to be checked against, so it checks itself. */
async function encodeNames(names: ReadonlySet<Hash>): Promise<Uint8Array> {
  const lines = [...names].join('\n')
  return utf8(`${lines}\n${await hashOf(new Uint8Array(utf8(lines)))}`)
}

/** The union over all heads; `undefined` when one of them is damaged. */
async function findNames(heads: readonly Uint8Array[]): Promise<Set<Hash> | undefined> {
  const names = new Set<Hash>()
  for (const head of heads) {
    const lines = new TextDecoder().decode(head).split('\n')
    const sum = lines.pop()
    if ((await hashOf(new Uint8Array(utf8(lines.join('\n'))))) !== sum) return undefined
    for (const line of lines) {
      const name = findId('Hash', line)
      if (name !== undefined) names.add(name)
    }
  }
  return names
}
