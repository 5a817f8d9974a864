import assert from 'node:assert/strict'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { utf8 } from '@cloudos/protocol/bytes'
import type { CasOutcome, ConnectedBlobStore, MediumFault, Version } from '@cloudos/protocol/ports'
import { createTestClock } from '../http-line.ts'
import type { FaultProxy, HttpFault, ProxiedRequest } from '../fault-proxy.ts'
import type { TrialServer } from '../trial/media.ts'
import { connectPlace } from '../trial/place.ts'
import type { Dialect } from './dialects.ts'

/** A fresh medium with the head `one`, and a connection to it by way of a proxy that breaks nothing yet. */
export interface BehindProxy extends AsyncDisposable {
  readonly dialect: Dialect
  readonly proxy: FaultProxy
  readonly store: ConnectedBlobStore
  /** Of the head `one`. */
  readonly version: Version | undefined
  /** Another connection, by way of the proxy or past it. */
  open(more?: Parameters<typeof connectPlace>[2]): Promise<ConnectedBlobStore>
  openPast(): Promise<ConnectedBlobStore>
  /** How far the clock of `store` has come: time passes while it waits. */
  nowMs(): number
}

export async function setUpBehindProxy(server: TrialServer, dialect: Dialect): Promise<BehindProxy> {
  const stack = new AsyncDisposableStack()
  const { place, broken } = stack.use(await server.found())
  if (broken === undefined) throw new Error('there is no connection to break')
  const clock = createTestClock()
  const step = <T>(effect: () => Promise<T>): Promise<T> => effect()
  const open: BehindProxy['open'] = async (more) => stack.use(await connectPlace(broken.place, step, more))
  const store = await open({ clock })
  assert.equal(await store.casHead('head', utf8('one'), undefined), 'ok')
  const version = (await store.readHead('head'))?.version
  return {
    ...{ dialect, proxy: broken.proxy, store, version, open },
    openPast: async () => stack.use(await connectPlace(place)),
    nowMs: () => clock.nowMs(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type Told = CasOutcome | MediumFault

/** What became of replacing `one` by `two`, in the words of the port. */
export async function replaceOne({ store, version }: BehindProxy): Promise<Told> {
  return told(store.casHead('head', utf8('two'), version))
}

export async function told<T extends string>(work: Promise<T>): Promise<T | MediumFault> {
  return work.catch((cause: unknown) => {
    if (cause instanceof CloudError) return cause.code as MediumFault
    throw cause
  })
}

/** At each request for which `isMeant`, from the first on, or only at so many. */
export function strike(
  { proxy }: Pick<BehindProxy, 'proxy'>,
  fault: HttpFault,
  isMeant: (request: ProxiedRequest) => boolean,
  times = Infinity,
): void {
  let left = times
  proxy.fault = (request) => (isMeant(request) && left-- > 0 ? fault : undefined)
}

/** The connection is whole again. The head is what it should be for whoever reads it past the proxy, and can be replaced. */
export async function expectHeadIs(medium: BehindProxy, text: string): Promise<void> {
  medium.proxy.fault = () => undefined
  const past = await medium.openPast()
  const read = await past.readHead('head')
  assert.deepEqual(read?.heads.map(textOf), [text])
  // A connection that has failed too often is left alone for a while.
  const fresh = await medium.open()
  const again = await fresh.readHead('head')
  assert.deepEqual(again?.heads.map(textOf), [text])
  assert.equal(await fresh.casHead('head', utf8('and on'), again?.version), 'ok')
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
