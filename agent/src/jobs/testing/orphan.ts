import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { folderFor } from '../../testing/run-agent.ts'

export interface Orphan {
  readonly hostPid: number
  /** Waits for it to go, as the system does: until its entry is gone, or for ten seconds. */
  readonly isRunning: () => Promise<boolean>
}

/** A process that runs an endless program in a host, and is killed. */
export async function startOrphan(t: TestContext): Promise<Orphan> {
  const parent = spawn(process.execPath, [join(import.meta.dirname, 'endless-parent.ts'), folderFor(t)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => parent.kill('SIGKILL'))
  let hostPid = 0
  for await (const line of createInterface({ input: parent.stdout })) {
    hostPid = Number(line)
    break
  }
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  return { hostPid, isRunning: () => untilGone(hostPid) }
}

async function untilGone(pid: number): Promise<boolean> {
  const deadlineMs = performance.now() + 10_000
  while (existsSync(`/proc/${String(pid)}`) && performance.now() < deadlineMs)
    await new Promise((resolve) => setImmediate(resolve))
  return existsSync(`/proc/${String(pid)}`)
}
