import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { runCutRounds } from './testing/trial/cut-rounds.ts'
import { runKillRounds } from './testing/trial/kill-rounds.ts'
import { TRIAL_KINDS } from './testing/trial/media.ts'
import { runPowerCutRounds } from './testing/trial/power-cut-rounds.ts'
import { raceProcesses } from './testing/trial/races.ts'
import type { BrokenRounds } from './testing/trial/report.ts'

/* The long form of these is `npm run figures -- recovery`. */

for (const kind of TRIAL_KINDS) {
  if (kind.missing !== undefined) {
    test(`${kind.name} on trial`, { skip: kind.missing })
    continue
  }
  const server = await kind.start()
  after(() => server[Symbol.asyncDispose]())

  test(`${kind.name}: a save that is cut off at any step leaves a head that opens, and all it acknowledged`, async () => {
    expectSound(kind.name === 'folder' ? await runPowerCutRounds(60, 7) : await runCutRounds(server, 20, 7))
  })

  test(`${kind.name}: a process killed at any step of a save leaves a head that opens, and all it acknowledged`, async () => {
    expectSound(await runKillRounds(server, 6, 8))
  })

  test(`${kind.name}: of two processes that race for every place of a head each keeps what it has won`, async () => {
    await using medium = await server.found()
    const { places, overwritten, lost } = await raceProcesses(medium.place, 30)
    assert.deepEqual({ places, overwritten, lost }, { places: 30, overwritten: 0, lost: 0 })
  })
}

function expectSound({ acknowledged, faults }: BrokenRounds): void {
  assert.deepEqual(faults, [])
  assert.ok(acknowledged > 0, 'nothing was ever acknowledged')
}
