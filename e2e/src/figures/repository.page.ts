/** Runs inside the page: a repository on GitHub as a medium, without any agent. */
import { connectGithub } from '@cloudos/storage-adapters/github'
import { createHttpLine } from '@cloudos/storage-adapters/http-line'
import { writeLedgerEntry } from '@cloudos/storage-adapters/suite/ledger'
import { raceForPlaces } from '@cloudos/storage-adapters/suite/places'
import type { PlacesWon } from '@cloudos/storage-adapters/suite/places'

declare global {
  /** Whoever plans to kill this browser listens here. */
  var acknowledge: ((name: string) => void) | undefined
}

export interface RepositoryPlace {
  readonly apiUrl: string
  readonly token: string
  readonly repository: { readonly owner: string; readonly repo: string }
}

async function connect({ apiUrl, token, repository }: RepositoryPlace) {
  const clock = {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep: (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs)),
  }
  const line = createHttpLine({ fetch: fetch.bind(globalThis), clock, random: Math.random, timeoutMs: 30_000 })
  return (await connectGithub({ apiUrl, token, repository, line }, new AbortController().signal)).store
}

export async function race(order: {
  readonly place: RepositoryPlace
  readonly letter: string
  readonly places: number
}): Promise<PlacesWon> {
  await using store = await connect(order.place)
  return await raceForPlaces(store, order.letter, order.places)
}

/** The names of the entries that were acknowledged; each is also told as soon as it is. */
export async function writeEntries(order: {
  readonly place: RepositoryPlace
  readonly writer: string
  readonly count: number
}): Promise<readonly string[]> {
  await using store = await connect(order.place)
  const names: string[] = []
  for (let index = 0; index < order.count; index++) {
    const name = await writeLedgerEntry(store, `${order.writer} wrote ${String(index)}`)
    names.push(name)
    globalThis.acknowledge?.(name)
  }
  return names
}
