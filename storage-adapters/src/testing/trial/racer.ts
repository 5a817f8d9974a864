/** A process of its own that races for the places of one head once it is told to go, and prints what it was told it had won. */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { raceForPlaces } from '../../suite/places.ts'
import { connectPlace } from './place.ts'
import type { TrialPlace } from './place.ts'

const [place = '', letter = '', places = '0'] = process.argv.slice(2)
await using store = await connectPlace(JSON.parse(place) as TrialPlace)
writeSync(1, 'ready\n')
for await (const _go of process.stdin);
writeSync(1, JSON.stringify(await raceForPlaces(store, letter, Number(places))) + '\n')
