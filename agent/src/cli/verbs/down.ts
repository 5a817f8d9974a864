import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { downCommand } from '@cloudos/protocol/agent-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AgentDoor } from '../agent-door.ts'
import type { Errand } from '../errand.ts'
import type { Given, Outcome } from '../verb.ts'

const LOOK_EVERY_MS = 10

/** Ends the agent and waits until its home is free again, so that what follows may start another. */
export async function runDown(_given: Given, errand: Errand): Promise<Outcome> {
  let door: AgentDoor
  try {
    door = await errand.openDoor()
  } catch (cause) {
    if (!(cause instanceof CloudError) || cause.code !== 'not-running') throw cause
    return { result: { state: 'not-running' }, lines: ['CloudOS was not running.'] }
  }
  await door.ask(downCommand, {}).catch((cause: unknown) => {
    // It may be gone before its answer is out; that its home is free is what counts.
    if (!(cause instanceof CloudError) || cause.code !== 'disconnected') throw cause
  })
  await door.closed
  while (existsSync(join(errand.config.homeFolder, 'running')))
    await wait(LOOK_EVERY_MS, undefined, { signal: errand.world.signal })
  return { result: { state: 'stopped' }, lines: ['CloudOS has stopped. Everything is saved.'] }
}
