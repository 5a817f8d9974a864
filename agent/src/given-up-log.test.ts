import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { createFamily, DOC } from '@cloudos/mesh/testing/family'
import type { Incident } from '@cloudos/mesh/incident'
import { createDisk } from './disk.ts'
import { openWriter } from './testing/log-writer.ts'

const SEED = 3
const ROUNDS = 20

/** Resolves, once the process has killed itself, to the edits that it had called durable. */
async function runDoomed(folder: string, round: number, step: number): Promise<readonly string[]> {
  const script = join(import.meta.dirname, 'testing/doomed-log.ts')
  const args = [script, folder, ...[SEED, round, step].map(String)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) lines.push(line)
  await gone
  assert.equal(child.signalCode, 'SIGKILL')
  return lines.filter((line) => /^\d+\/\d+$/.test(line))
}

test('killed by SIGKILL at any step of giving up frames an agent opens its log to every edit that was durable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cloudos-log-'))
  const durable: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    durable.push(...(await runDoomed(folder, round, round)))
    const incidents: Incident[] = []
    const replica = openWriter(createFamily(1, SEED), createDisk(folder), (incident) => incidents.push(incident))
    const doc = await replica.open(DOC)
    assert.deepEqual(doc.ydoc.getArray<string>('written').toArray(), durable, `round ${String(round)}`)
    await replica.close()
    assert.deepEqual(incidents, [])
  }
  await rm(folder, { recursive: true })
})
