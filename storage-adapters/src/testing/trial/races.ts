import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { judgeRace, readPlaces } from '../../suite/places.ts'
import type { PlacesWon, RaceReport } from '../../suite/places.ts'
import { quickStart } from '../quick-start.ts'
import { connectPlace } from './place.ts'
import type { TrialPlace } from './place.ts'

/** Two processes that race for every place of one head, from the same moment on. */
export async function raceProcesses(place: TrialPlace, places: number): Promise<RaceReport> {
  const racers = ['a', 'b'].map((letter) => ({ letter, ...startRacer(place, letter, places) }))
  await Promise.all(racers.map(({ ready }) => ready()))
  for (const { go } of racers) go()
  const told = new Map(await Promise.all(racers.map(async ({ letter, result }) => [letter, await result()] as const)))
  await using store = await connectPlace(place)
  return judgeRace(await readPlaces(store), told)
}

function startRacer(place: TrialPlace, letter: string, places: number) {
  const args = [join(import.meta.dirname, 'racer.ts'), JSON.stringify(place), letter, String(places)]
  const child = spawn(process.execPath, args, { env: quickStart, stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done === true) throw new Error(`racer ${letter} ended with ${String(child.exitCode)}`)
    return line.value
  }
  return {
    ready: nextLine,
    go: () => void child.stdin.end('go\n'),
    result: async () => {
      const won = JSON.parse(await nextLine()) as PlacesWon
      await gone
      return won
    },
  }
}
