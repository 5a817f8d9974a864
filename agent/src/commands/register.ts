import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AnyCommand, CommandShape } from '@cloudos/protocol/command'
import type { Caller } from '@cloudos/protocol/grants'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'

/** What a handler is run with, once the dispatcher has decided that it may. */
export interface CommandContext<Event> {
  readonly caller: Caller
  /** Hex of 16 bytes: pass it on to whatever this sets off. */
  readonly traceId: string
  readonly tell: (event: Event) => void
  /** Aborts when the caller cancels, goes away, or its time is up. */
  readonly signal: AbortSignal
}

/** A declared command, and what does it here. */
export interface Command<Input, Output, Event> {
  readonly shape: CommandShape<Input, Output, Event>
  readonly run: (input: Input, context: CommandContext<Event>) => Promise<Output>
}

export type Run = (context: CommandContext<Uint8Array>) => Promise<Uint8Array>

/** A command with its types gone, as the dispatcher holds it. */
export interface Registered {
  readonly shape: AnyCommand
  /** Reads the input and does nothing yet. Throws `CloudError` 'bad-input'. */
  readonly prepare: (params: Uint8Array) => Run
}

export function register<Input, Output, Event>({ shape, run }: Command<Input, Output, Event>): Registered {
  const { event } = shape
  return {
    shape,
    prepare: (params) => {
      const input = parseRecord(shape.input, params, LIMITS.rpcMaxBytes)
      if (!input.ok) throw new CloudError('bad-input', `The command ${shape.name} does not take that: ${input.error}.`)
      return async ({ caller, traceId, tell, signal }) => {
        const output = await run(input.value, {
          caller,
          traceId,
          tell: (told) => {
            if (event !== undefined) tell(encodeRecord(event, told))
          },
          signal,
        })
        return encodeRecord(shape.output, output)
      }
    },
  }
}
