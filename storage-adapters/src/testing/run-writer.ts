import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { quickStart } from './quick-start.ts'

export interface WriterOrder {
  readonly count: number
  /** SIGKILL after so many acknowledged entries. */
  readonly killAfter?: number
}

/** Resolves, once the process is gone, to what it had acknowledged. @param place what the script takes before writer and count */
export async function runWriter(
  script: string,
  place: readonly string[],
  writer: number,
  order: WriterOrder,
): Promise<readonly Hash[]> {
  const args = [join(import.meta.dirname, script), ...place, String(writer), String(order.count)]
  const child = spawn(process.execPath, args, { env: quickStart, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const names: Hash[] = []
  for await (const line of createInterface(child.stdout)) {
    // The kill may have cut the last line.
    const name = findId('Hash', line)
    if (name !== undefined) names.push(name)
    if (names.length === order.killAfter) child.kill('SIGKILL')
  }
  await gone
  assert.equal(child.exitCode, order.killAfter === undefined ? 0 : null)
  return names
}
