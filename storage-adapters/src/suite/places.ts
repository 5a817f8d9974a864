import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, CasOutcome } from '@cloudos/protocol/ports'

export interface PlacesWon {
  readonly won: readonly number[]
  readonly conflicts: number
}

const HEAD = 'race'

/** Races for every place of one head: a place belongs to the writer who was told `ok`, or found it so, when it added its letter there. */
export async function raceForPlaces(store: BlobStore, letter: string, places: number): Promise<PlacesWon> {
  const won: number[] = []
  let conflicts = 0
  for (;;) {
    const read = await store.readHead(HEAD)
    const letters = new TextDecoder().decode(read?.heads[0])
    if (letters.length >= places) return { won, conflicts }
    const outcome = await store.casHead(HEAD, utf8(letters + letter), read?.version).catch(notApplied)
    const isMine = outcome === 'ok' || (outcome === 'unknown' && (await readPlaces(store))[letters.length] === letter)
    if (isMine) won.push(letters.length)
    else conflicts++
  }
}

/** A busy server may refuse for a while: what rejects was not applied. */
function notApplied(cause: unknown): CasOutcome {
  if (cause instanceof CloudError && cause.code === 'medium-unreachable') return 'conflict'
  throw cause
}

export async function readPlaces(store: BlobStore): Promise<string> {
  return new TextDecoder().decode((await store.readHead(HEAD))?.heads[0])
}

export interface RaceReport {
  readonly places: number
  readonly conflicts: number
  /** Places whose winner is not found there: somebody wrote over it without having read it. */
  readonly overwritten: number
  /** Places that nobody was told to have won, or two were. */
  readonly lost: number
}

/** What became of a race, by its last head and what each writer was told. */
export function judgeRace(letters: string, told: ReadonlyMap<string, PlacesWon>): RaceReport {
  const winners = Array.from({ length: letters.length }, () => 0)
  let conflicts = 0
  let overwritten = 0
  for (const [letter, race] of told) {
    conflicts += race.conflicts
    for (const place of race.won) {
      winners[place] = (winners[place] ?? 0) + 1
      if (letters[place] !== letter) overwritten++
    }
  }
  return { places: letters.length, conflicts, overwritten, lost: winners.filter((count) => count !== 1).length }
}
