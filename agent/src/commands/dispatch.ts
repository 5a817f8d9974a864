import type { AnyCommand, CommandShape } from '@cloudos/protocol/command'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { GRANTS_BY_CALLER, holdsGrant } from '@cloudos/protocol/grants'
import type { Caller } from '@cloudos/protocol/grants'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { RpcCall } from '@cloudos/mesh/rpc'

export interface CommandContext<Event> {
  readonly caller: Caller
  readonly tell: (event: Event) => void
  readonly signal: AbortSignal
}

/** A declared command, and what does it here. */
export interface Command<Input, Output, Event> {
  readonly shape: CommandShape<Input, Output, Event>
  readonly run: (input: Input, context: CommandContext<Event>) => Promise<Output>
}

export type Dispatch = (caller: Caller, call: RpcCall) => Promise<Uint8Array>

/** A command with its types gone, as the registry holds it. */
export interface Registered {
  readonly shape: AnyCommand
  readonly answer: (caller: Caller, call: RpcCall) => Promise<Uint8Array>
}

export function register<Input, Output, Event>(command: Command<Input, Output, Event>): Registered {
  const { shape, run } = command
  return {
    shape,
    answer: async (caller, { request, tell, signal }) => {
      const input = parseRecord(shape.input, request.params, LIMITS.rpcMaxBytes)
      if (!input.ok) throw new CloudError('bad-input', `The command ${shape.name} does not take that: ${input.error}.`)
      const { event } = shape
      const output = await run(input.value, {
        caller,
        tell: (told) => {
          if (event !== undefined) tell(encodeRecord(event, told))
        },
        signal,
      })
      return encodeRecord(shape.output, output)
    },
  }
}

/** The one way to an effect: no command is run but through here, and none that its table does not allow the caller. */
export function createDispatch(commands: readonly Registered[]): Dispatch {
  const commandByName = new Map(commands.map((command) => [command.shape.name, command]))
  return async (caller, call) => {
    const command = commandByName.get(call.request.method)
    if (command === undefined)
      throw new CloudError('no-such-command', 'This agent knows no such command. Is it the same version?')
    if (!holdsGrant(GRANTS_BY_CALLER[caller.kind], command.shape.grant))
      throw new CloudError('not-allowed', `The command ${command.shape.name} is not for you.`)
    return command.answer(caller, call)
  }
}
