import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './statistics.ts'
import type { LockstepOrder } from './lockstep-peer.ts'

/** Median one-way time of a lone edit, author's process to reader's, in microseconds: one round in fresh processes. */
export async function measureLockstep(path: LockstepOrder['path'], edits: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudos-lockstep-'))
  const start = (role: LockstepOrder['role']): ChildProcess => {
    const order: LockstepOrder = { role, path, folder, edits, warmUps: 200 }
    return fork(new URL('lockstep-peer.ts', import.meta.url), [JSON.stringify(order)])
  }
  const reader = start('reader')
  const author = start('author')
  try {
    const [address] = (await once(reader, 'message')) as [object]
    author.send(address)
    const [result] = (await once(reader, 'message', { signal: AbortSignal.timeout(60_000) })) as [{ tookUs: number[] }]
    return median(result.tookUs)
  } finally {
    reader.disconnect()
    author.disconnect()
    await rm(folder, { recursive: true, force: true })
  }
}
