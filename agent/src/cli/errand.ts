import type { Json } from '@cloudos/protocol/json-record'
import type { AgentConfig } from '../config.ts'
import type { AgentDoor } from './agent-door.ts'
import type { Verb } from './verb.ts'
import type { World } from './world.ts'

/** What a verb has at hand while it does one thing. */
export interface Errand {
  readonly world: World
  readonly config: AgentConfig
  readonly verb: Verb
  readonly verbs: readonly Verb[]
  readonly json: boolean
  /** Tells how it goes, on stderr. */
  readonly note: (line: string) => void
  /** One piece of a result that comes bit by bit, on stdout: the lines, or one JSON line. */
  readonly show: (event: Json, lines: readonly string[]) => void
  /** Rejects as `CloudError` 'not-running' when no agent answers here. */
  readonly openDoor: () => Promise<AgentDoor>
}
