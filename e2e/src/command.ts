import { join } from 'node:path'
import process from 'node:process'
import { surroundingsOf } from './agent-process.ts'
import type { Home } from './home.ts'
import { startProgram } from './program.ts'

const COMMAND = join(import.meta.dirname, '../../agent/src/cli/main.ts')

/** Runs `cloudos` with `--json` beside the agent of a home; resolves with its result, rejects with what it said instead. */
export async function runCommand<Result>(home: Home, ...args: readonly string[]): Promise<Result> {
  const program = await startProgram({
    file: process.execPath,
    args: [COMMAND, ...args, '--json'],
    env: surroundingsOf(home),
  })
  await program.ended
  const envelope = JSON.parse(program.output()) as { readonly result?: Result }
  if (envelope.result === undefined) throw new Error(`cloudos ${args.join(' ')}: ${program.output()}`)
  return envelope.result
}
