import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createRpcClient } from '@cloudos/mesh/rpc'
import type { CommandShape } from '@cloudos/protocol/command'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { RecordCodec } from '@cloudos/protocol/record'
import { parseConfig } from '../config.ts'
import { createSocketChannel } from '../door/socket-channel.ts'

/** The owner's own programs, by the private socket of the agent whose home this is. */
export interface OwnerCommands {
  ask<Input, Output, Event>(
    shape: CommandShape<Input, Output, Event>,
    input: Input,
    onEvent?: (event: Event) => void,
  ): Promise<Output>
}

export async function connectOwner(t: TestContext, home: string): Promise<OwnerCommands> {
  const config = parseConfig({
    env: { CLOUDOS_HOME: home, XDG_RUNTIME_DIR: join(home, '..') },
    args: [],
    platform: process.platform,
    userHome: home,
    temporaryFolder: tmpdir(),
    userName: userInfo().username,
  })
  if (!config.ok) throw new Error(config.error.kind)
  const socket = createConnection(config.value.socketPath)
  await once(socket, 'connect')
  t.after(() => socket.destroy())
  const client = createRpcClient(createSocketChannel(socket, 'agent'))
  return {
    async ask({ name, input: inputCodec, output, event }, input, onEvent) {
      const answer = await client.call(name, encodeRecord(inputCodec, input), {
        timeoutMs: 60_000,
        idempotencyKey: randomBytes(16).toString('hex'),
        onEvent: (body) => {
          if (event !== undefined) onEvent?.(read(event, body))
        },
      })
      return read(output, answer)
    },
  }
}

function read<T>(codec: RecordCodec<T, string>, bytes: Uint8Array): T {
  const parsed = parseRecord(codec, bytes, LIMITS.rpcMaxBytes)
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.value
}
