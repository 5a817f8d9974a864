/**
 * `node doomed-log.ts FOLDER SEED ROUND STEP`: writes to a document in that folder, says each edit that is durable, and gives up frames
 * again and again; at so many steps of that it kills itself.
 */
import process from 'node:process'
import { createFamily, DOC } from '@cloudos/mesh/testing/family'
import type { Disk } from '@cloudos/protocol/ports'
import { createDisk } from '../disk.ts'
import { openWriter } from './log-writer.ts'

const [folder = '', seed, round, step] = process.argv.slice(2)
let isGivingUp = false
let left = Number(step)

function doomed<Part extends object>(part: Part): Part {
  return new Proxy(part, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: readonly unknown[]): unknown => {
        if (isGivingUp && left-- <= 0) process.kill(process.pid, 'SIGKILL')
        const answer: unknown = Reflect.apply(member, target, given)
        return name === 'openAppend' ? (answer as ReturnType<Disk['openAppend']>).then(doomed) : answer
      }
    },
  })
}

const replica = openWriter(createFamily(1, Number(seed)), doomed(createDisk(folder)))
const doc = await replica.open(DOC)
const written = doc.ydoc.getArray<string>('written')
for (let edit = 0; ; edit++) {
  const name = `${String(round)}/${String(edit)}`
  doc.ydoc.transact(() => {
    written.push([name])
    doc.ydoc.getMap('pages').set(String(edit % 3), 'page '.repeat(1_000))
  })
  await doc.durable()
  process.stdout.write(`${name}\n`)
  if (edit % 30 !== 29) continue
  const made = await doc.snapshot()
  if (made === undefined || !(await doc.judge(made.parts)).ok) throw new Error('no snapshot was made')
  isGivingUp = true
  const freedBytes = await doc.giveUp(made.parts)
  await doc.durable()
  isGivingUp = false
  if (freedBytes === 0) throw new Error('nothing was given up')
}
