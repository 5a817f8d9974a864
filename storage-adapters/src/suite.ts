import type { BlobStoreCapabilities, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { BLOB_CASES } from './suite/blobs.ts'
import { FLUSH_CASES } from './suite/flushes.ts'
import { HEAD_CASES } from './suite/heads.ts'
import { LIFE_CASES } from './suite/life.ts'
import { LIST_CASES } from './suite/lists.ts'
import { NAME_CASES } from './suite/names.ts'
import { RACE_CASES } from './suite/races.ts'
import { ROOM_CASES } from './suite/room.ts'

/** A medium under test, fresh for each case. */
export interface MediumUnderTest extends AsyncDisposable {
  /** One more connection to the same medium: another tab, another process, this one after a restart. */
  connect(): Promise<ConnectedBlobStore>
  /** What a failing disk or a vandal does to what lies under a listed blob name. */
  damage(name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void>
}

/** One sentence about every medium, or about those whose capabilities it `concerns`. */
export interface SuiteCase {
  /** Of docs/media-cases.md, several sentences may share one; none for what is beyond the sixty. */
  readonly number?: number
  readonly sentence: string
  readonly concerns?: (capabilities: BlobStoreCapabilities) => boolean
  run(medium: MediumUnderTest): Promise<void>
}

export interface NamedCase {
  readonly number: number | undefined
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * What a `BlobStore` is: the only place where that is defined. Knows no test framework, so that the same cases run in Node and in
 * a page: hand each to `test(name, run)`, or run them all and report. The medium's capabilities choose the cases, nothing else does.
 */
export async function blobStoreSuite(
  name: string,
  setUp: () => Promise<MediumUnderTest>,
): Promise<readonly NamedCase[]> {
  const capabilities = await capabilitiesOf(setUp)
  const cases = [
    ...HEAD_CASES,
    ...BLOB_CASES,
    ...FLUSH_CASES,
    ...NAME_CASES,
    ...LIST_CASES,
    ...ROOM_CASES,
    ...RACE_CASES,
    ...LIFE_CASES,
  ]
  return cases
    .filter(({ concerns }) => concerns?.(capabilities) ?? true)
    .map((suiteCase) => ({
      number: suiteCase.number,
      name: `${name}: ${suiteCase.sentence}`,
      async run() {
        await using medium = await setUp()
        await suiteCase.run(medium)
      },
    }))
}

async function capabilitiesOf(setUp: () => Promise<MediumUnderTest>): Promise<BlobStoreCapabilities> {
  await using medium = await setUp()
  await using store = await medium.connect()
  return store.capabilities
}
