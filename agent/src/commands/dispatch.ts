import type { CommandShape } from '@cloudos/protocol/commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { RpcCall } from '@cloudos/mesh/rpc'

/** Who asks, known from the channel: whoever can open the private socket, or a member that noise and its certificate have proved. */
export type Caller =
  | { readonly kind: 'owner' }
  | { readonly kind: 'page'; readonly deviceId: DeviceId }
  | { readonly kind: 'device'; readonly deviceId: DeviceId }

export interface CommandContext<Event> {
  readonly caller: Caller
  readonly tell: (event: Event) => void
  readonly signal: AbortSignal
}

/** One thing that can be asked of the agent, and who may ask it. Whoever is not named is refused. */
export interface Command<Input, Output, Event> {
  readonly shape: CommandShape<Input, Output, Event>
  readonly allowed: readonly Caller['kind'][]
  readonly run: (input: Input, context: CommandContext<Event>) => Promise<Output>
}

export type Dispatch = (caller: Caller, call: RpcCall) => Promise<Uint8Array>

/** A command with its types gone, as the registry holds it. */
export interface Registered {
  readonly name: string
  readonly allowed: readonly Caller['kind'][]
  readonly answer: (caller: Caller, call: RpcCall) => Promise<Uint8Array>
}

export function register<Input, Output, Event>(command: Command<Input, Output, Event>): Registered {
  const { shape, allowed, run } = command
  return {
    name: shape.name,
    allowed,
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
  const commandByName = new Map(commands.map((command) => [command.name, command]))
  return async (caller, call) => {
    const command = commandByName.get(call.request.method)
    if (command === undefined)
      throw new CloudError('no-such-command', 'This agent knows no such command. Is it the same version?')
    if (!command.allowed.includes(caller.kind))
      throw new CloudError('not-allowed', `The command ${command.name} is not for you.`)
    return command.answer(caller, call)
  }
}
