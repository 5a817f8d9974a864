import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobOutcome, ConnectedBlobStore, HeadRead, MediumFault } from '@cloudos/protocol/ports'
import type { Hash } from '@cloudos/protocol/ids'

/** The suite also runs in a browser page, where there is no node:assert. */
export function expect(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence)
}

export function expectEqual<T extends string | number | boolean>(actual: T, expected: T, what: string): void {
  expect(actual === expected, `${what}: ${String(actual)} instead of ${String(expected)}`)
}

export function expectAbsent(value: unknown, what: string): void {
  expect(value === undefined, `${what}: there`)
}

export function expectBytes(actual: Uint8Array | undefined, expected: Uint8Array, what: string): void {
  expect(actual !== undefined, `${what}: absent`)
  expect(equalBytes(actual, expected), `${what}: other bytes`)
}

export async function expectFault(fault: MediumFault, work: Promise<unknown>): Promise<void> {
  const error = await rejectionOf(work)
  expectEqual(error instanceof CloudError ? error.code : String(error), fault, 'the rejection')
}

/** What `work` rejects with; `undefined` when it resolves. */
export async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

export async function expectHead(store: ConnectedBlobStore, name: string, expected: Uint8Array): Promise<HeadRead> {
  const read = await store.readHead(name)
  expect(read !== undefined, `head ${name}: absent`)
  expectEqual(read.heads.length, 1, `heads of ${name}`)
  expectBytes(read.heads[0], expected, `head ${name}`)
  return read
}

/** Puts a head that must not meet another one. */
export async function setHead(store: ConnectedBlobStore, name: string, bytes: Uint8Array): Promise<void> {
  const read = await store.readHead(name)
  expectEqual(await store.casHead(name, bytes, read?.version), 'ok', `setting ${name}`)
}

export async function storeBlob(store: ConnectedBlobStore, bytes: Uint8Array): Promise<Hash> {
  const outcome: BlobOutcome = await store.putBlob(bytes)
  expectEqual(outcome.kind, 'stored', 'putting a blob')
  return outcome.name
}

export async function listed(store: ConnectedBlobStore, prefix: string): Promise<string> {
  return (await collect(store.list(prefix))).sort().join(' ')
}

export async function collect(names: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = []
  for await (const name of names) collected.push(name)
  return collected
}
