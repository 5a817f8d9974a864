/** Robberies of one kind of medium, shared out among the cores of this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

export interface RobberySummary {
  readonly tamperings: number
  readonly leaks: readonly string[]
  readonly addresses: readonly string[]
  readonly accepted: readonly string[]
}

export async function robMedium(name: string, tamperings: number): Promise<RobberySummary> {
  const gangs = Math.min(availableParallelism(), tamperings)
  const share = Math.ceil(tamperings / gangs)
  const found = await Promise.all(Array.from({ length: gangs }, (_, gang) => runGang(name, share, 1 + 10 * gang)))
  return {
    tamperings: share * gangs,
    leaks: found.flatMap(({ leaks }) => leaks),
    addresses: found.flatMap(({ addresses }) => addresses),
    accepted: found.flatMap(({ accepted }) => accepted),
  }
}

async function runGang(name: string, tamperings: number, seed: number): Promise<RobberySummary> {
  const args = [join(import.meta.dirname, 'robbing.ts'), name, String(tamperings), String(seed)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  let said = ''
  for await (const piece of child.stdout.setEncoding('utf8')) said += String(piece)
  await gone
  if (child.exitCode !== 0) throw new Error(`a robbery of ${name} ended with ${String(child.exitCode)}`)
  return JSON.parse(said) as RobberySummary
}
