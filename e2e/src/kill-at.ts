/**
 * Loaded before an agent (`--import`), which is otherwise as it is shipped: ends it with SIGKILL around the very commit of its journal that
 * the file CLOUDOS_KILL_AT names, as `before PHASE NAME` or `after PHASE NAME`, and notes in CLOUDOS_TOLD each `tag:WORD` that is handed
 * to a job-host: what was not handed over has not run.
 */
import childProcess from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'

const { CLOUDOS_KILL_AT = '', CLOUDOS_TOLD = '' } = process.env

/** Of the agent's `INSERT OR REPLACE INTO jobs`. */
const NAME_AT = 2
const PHASE_AT = 7

type Method = (this: unknown, ...given: unknown[]) => unknown

function replace(owner: object, name: string, around: (call: () => unknown, given: readonly unknown[]) => unknown) {
  const original = Reflect.get(owner, name) as Method
  Reflect.set(owner, name, function (this: unknown, ...given: unknown[]) {
    return around(() => Reflect.apply(original, this, given), given)
  })
}

let writing = ''

replace(StatementSync.prototype, 'run', (call, given) => {
  if (given.length > PHASE_AT) writing = `${String(given[PHASE_AT])} ${String(given[NAME_AT])}`
  return call()
})

replace(DatabaseSync.prototype, 'exec', (call, [sql]) => {
  if (sql !== 'COMMIT' || writing === '') return call()
  const written = writing
  writing = ''
  dieAt(`before ${written}`)
  call()
  dieAt(`after ${written}`)
  return undefined
})

function dieAt(moment: string): void {
  if (readFileSync(CLOUDOS_KILL_AT, 'utf8') === moment) process.kill(process.pid, 'SIGKILL')
}

replace(childProcess, 'spawn', (call) => {
  const child = call() as childProcess.ChildProcess
  if (child.stdin !== null)
    replace(child.stdin, 'write', (write, [bytes]) => {
      const [tag] = bytes instanceof Uint8Array ? (/tag:[\w-]+/.exec(Buffer.from(bytes).toString('latin1')) ?? []) : []
      if (tag !== undefined) appendFileSync(CLOUDOS_TOLD, `${tag}\n`)
      return write()
    })
  return child
})
syncBuiltinESMExports()
