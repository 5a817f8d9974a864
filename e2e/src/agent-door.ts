import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { createSocketChannel } from '@cloudos/agent/door/socket-channel'
import { createRpcClient } from '@cloudos/mesh/rpc'
import type { CommandShape } from '@cloudos/protocol/command'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { RecordCodec } from '@cloudos/protocol/record'

/** The owner's side of an agent's private socket. A call in flight rejects as 'disconnected' when the agent goes away. */
export interface AgentDoor extends Disposable {
  call<Input, Output, Event>(shape: CommandShape<Input, Output, Event>, input: Input): Promise<Output>
  /** The first thing a watching command tells; the watch ends with it. */
  firstEvent<Input, Output, Event>(shape: CommandShape<Input, Output, Event>, input: Input): Promise<Event>
}

const PATIENCE = { timeoutMs: 30_000 }

export async function openAgentDoor(socketPath: string): Promise<AgentDoor> {
  const socket = connect(socketPath)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  const client = createRpcClient(createSocketChannel(socket, 'agent'))
  return {
    async call(shape, input) {
      const idempotencyKey = randomBytes(16).toString('hex')
      const options = { ...PATIENCE, ...(shape.repeat === 'needs-key' && { idempotencyKey }) }
      return valueOf(shape.output, await client.call(shape.name, encodeRecord(shape.input, input), options))
    },
    async firstEvent(shape, input) {
      const { event } = shape
      if (event === undefined) throw new RangeError(`${shape.name} tells nothing`)
      const told = Promise.withResolvers<Uint8Array>()
      const heard = new AbortController()
      client
        .call(shape.name, encodeRecord(shape.input, input), {
          ...PATIENCE,
          signal: heard.signal,
          onEvent: told.resolve,
        })
        .catch(told.reject)
      const bytes = await told.promise
      heard.abort()
      return valueOf(event, bytes)
    },
    [Symbol.dispose]: () => {
      client.close()
    },
  }
}

function valueOf<Value>(codec: RecordCodec<Value, string>, bytes: Uint8Array): Value {
  const parsed = parseRecord(codec, bytes, LIMITS.rpcMaxBytes)
  if (!parsed.ok) throw new TypeError(`the agent's answer is not what it declares: ${parsed.error}`)
  return parsed.value
}
