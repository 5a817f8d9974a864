import type { CborValue } from './cbor.ts'
import type { Form } from './form.ts'
import type { RecordCodec } from './record.ts'
import { record } from './record.ts'
import type { Result } from './result.ts'

/**
 * What running a command can touch, the mildest first: nothing · this profile's own state · something outside this profile (a file of the
 * machine, another person, a process of the owner's) · money or a stranger's capacity · who controls the profile and its devices.
 */
export const EFFECTS = ['reads', 'writes', 'leaves', 'spends', 'controls'] as const
export type Effect = (typeof EFFECTS)[number]

/** Leave to do `act` with `resource` (`resource.ts`): what a command needs, and what `grants.ts` or a capability token gives. */
export interface Grant {
  readonly resource: string
  readonly act: string
}

/**
 * One command, declared once: the RPC method, the CLI's verb and flags, the palette's entry and the JSON Schemas are derived from it, and
 * the dispatcher decides by it. `input` and `output` are the params and the result of an RPC request; `event` is what it may tell before
 * the answer.
 */
export interface CommandShape<Input, Output, Event = never> {
  /** `device.rename`: on the command line `cloudos device rename`. */
  readonly name: string
  readonly effect: Effect
  readonly grant: Grant
  /** One line of help: what it does, in the imperative, ending with a full stop. */
  readonly says: string
  /** Lines that work as they stand, at least one. */
  readonly examples: readonly string[]
  readonly input: RecordCodec<Input, string>
  readonly output: RecordCodec<Output, string>
  readonly event: RecordCodec<Event, string> | undefined
  /** Whether doing it twice is the same as doing it once. What is not needs an idempotency key, or it is refused. */
  readonly repeat: 'harmless' | 'needs-key'
  /** What a caller that names no deadline waits. */
  readonly timeoutMs: number
  /** Changes who is in, or what opens and keeps the profile: it waits while nothing proves that what is here is the newest there is. */
  readonly needsFresh?: true
  /** It sells, spends or lets another person in: refused until two independent ways in and two failure domains hold the profile. */
  readonly needsWaysBack?: true
}

/** A record codec with its types gone. */
export interface AnyRecord {
  readonly form: Form
  readonly parse: (value: CborValue) => Result<unknown, string>
}

/** A command with its types gone, as lists of all of them hold it. */
export interface AnyCommand extends Pick<
  CommandShape<never, never>,
  'name' | 'effect' | 'grant' | 'says' | 'examples' | 'repeat' | 'timeoutMs' | 'needsFresh' | 'needsWaysBack'
> {
  readonly input: AnyRecord
  readonly output: AnyRecord
  readonly event: AnyRecord | undefined
}

export type Nothing = Readonly<Record<string, never>>
export const nothing = record<Nothing>({})

/** How long an answer that takes no work may take. */
export const QUICK_MS = 10_000
