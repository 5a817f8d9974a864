/** A process of its own that saves to a medium, prints the name of each acknowledged entry, and kills itself at a step of its saves. */
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { saveToJournal } from '../../suite/journal.ts'
import { connectPlace } from './place.ts'
import type { TrialPlace } from './place.ts'

const [place = '', text = '', last = '0', moment = 'before'] = process.argv.slice(2)
let isSaving = false
let steps = 0

await using store = await connectPlace(JSON.parse(place) as TrialPlace, async (effect) => {
  if (!isSaving || steps++ !== Number(last)) return effect()
  if (moment === 'before') return die()
  const working = effect()
  // Far enough for a request to have left, and not for its answer.
  if (moment === 'during') await new Promise(setImmediate)
  else await working
  return die()
})
// One that is killed keeps nothing for the next by itself.
flushCompileCache()
isSaving = true
for (let index = 0; ; index++) {
  const name = await saveToJournal(store, `${text}, ${String(index)}`)
  if (name !== undefined) writeSync(1, name + '\n')
}

/** As SIGKILL from outside: nothing is finished, nothing is said. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => undefined)
}
