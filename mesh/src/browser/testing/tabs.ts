import 'fake-indexeddb/auto'
import type { Incident } from '../../incident.ts'
import { startReplica } from '../../replica.ts'
import type { Replica } from '../../replica.ts'
import { DOC, instantClock } from '../../testing/family.ts'
import type { Family } from '../../testing/family.ts'
import { openIndexedDbStore } from '../indexeddb-log.ts'
import { TabDoc } from '../tab-doc.ts'
import { startTabHost } from '../tab-host.ts'

/** One browser profile of one device: a database, a set of locks and a channel that all of its tabs share. */
export interface Browser {
  readonly family: Family
  readonly at: number
  readonly name: string
  readonly incidents: Incident[]
}

let browsers = 0
let terms = 0

export function createBrowser(family: Family, at = 0): Browser {
  return { family, at, name: `browser-${String(browsers++)}`, incidents: [] }
}

export interface Leader {
  readonly replica: Replica
  /** The tab is closed: the leader puts everything in order first. */
  close(): Promise<void>
  /** The tab is gone between two instructions: what was not yet in the database never gets there, and nobody is told. */
  crash(): void
}

export async function startLeader(browser: Browser): Promise<Leader> {
  const identity = browser.family.identities[browser.at]
  if (identity === undefined) throw new RangeError('no such device')
  const store = await openIndexedDbStore(browser.name)
  const channel = new BroadcastChannel(browser.name)
  let alive = true
  const replica = startReplica({
    identity,
    membership: browser.family.membership,
    store,
    clock: instantClock,
    rng: browser.family.dice,
    onIncident: (incident) => {
      if (alive) browser.incidents.push(incident)
    },
  })
  const host = startTabHost({
    term: `term-${String(terms++)}`,
    channel,
    locks: navigator.locks,
    open: (docId) => replica.open(docId),
  })
  return {
    replica,
    close: async () => {
      host[Symbol.dispose]()
      await replica.close()
      channel.close()
      store[Symbol.dispose]()
    },
    crash: () => {
      alive = false
      host[Symbol.dispose]()
      channel.close()
      store[Symbol.dispose]()
    },
  }
}

export interface Tab extends Disposable {
  readonly doc: TabDoc
}

let tabs = 0

export function openTab(browser: Browser, clock = instantClock): Tab {
  const channel = new BroadcastChannel(browser.name)
  const doc = new TabDoc({ docId: DOC, tab: `tab-${String(tabs++)}`, channel, locks: navigator.locks, clock })
  return {
    doc,
    [Symbol.dispose]: () => {
      doc[Symbol.dispose]()
      channel.close()
    },
  }
}

export function saved(doc: TabDoc): Promise<void> {
  if (doc.saving.phase === 'saved') return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const leave = doc.onSaving(({ phase }) => {
    if (phase !== 'saved') return
    leave()
    resolve()
  })
  return promise
}

/** Resolves once `holds` does, looking again after each turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** Until disposed, the browser has no room for anything more. */
export function fillBrowser(): Disposable {
  const stores = IDBObjectStore.prototype
  const put: unknown = Reflect.get(stores, 'put')
  Reflect.set(stores, 'put', () => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  return {
    [Symbol.dispose]: () => {
      Reflect.set(stores, 'put', put)
    },
  }
}
