import { createRpcClient, RPC_PROTOCOL } from '@cloudos/mesh/rpc'
import type { RpcClient } from '@cloudos/mesh/rpc'
import type { CommandShape } from '@cloudos/protocol/command'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Net } from '@cloudos/protocol/ports'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { RecordCodec } from '@cloudos/protocol/record'

/** Commands of this profile's other devices. Rejects with the command's own `CloudError`, or one of `isOutOfReach`. */
export interface PeerCommands {
  ask<Input, Output, Event>(
    deviceId: DeviceId,
    shape: CommandShape<Input, Output, Event>,
    input: Input,
    options?: AskOptions<Event>,
  ): Promise<Output>
}

export interface AskOptions<Event> {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Of what this belongs to. */
  readonly traceId?: string | undefined
  readonly onEvent?: (event: Event) => void
}

/** The device may be asked again later; nothing says that it did not do what it was asked for. */
export function isOutOfReach({ code }: CloudError): boolean {
  return ['not-connected', 'no-channel', 'disconnected'].includes(code)
}

const ANSWER_WITHIN_MS = 10_000

/** `peerOf` names the peer of a device that may be talked to now. One channel to each, opened when it is needed. */
export function createPeerCommands(net: Net, peerOf: (deviceId: DeviceId) => string | undefined): PeerCommands {
  const clientByPeer = new Map<string, Promise<RpcClient>>()
  const clientOf = (peerId: string): Promise<RpcClient> => {
    const open = clientByPeer.get(peerId)
    if (open !== undefined) return open
    const opening = openClient(net, peerId, () => clientByPeer.delete(peerId))
    clientByPeer.set(peerId, opening)
    opening.catch(() => clientByPeer.delete(peerId))
    return opening
  }
  return {
    async ask(deviceId, shape, input, { timeoutMs = ANSWER_WITHIN_MS, signal, traceId, onEvent } = {}) {
      const peerId = peerOf(deviceId)
      if (peerId === undefined)
        throw new CloudError('no-such-device', 'That device is not in this profile, or not let in any more.')
      const client = await clientOf(peerId)
      const { event } = shape
      const answer = await client.call(shape.name, encodeRecord(shape.input, input), {
        timeoutMs,
        ...(signal === undefined ? {} : { signal }),
        ...(traceId === undefined ? {} : { traceId }),
        onEvent: (body) => {
          if (event !== undefined) onEvent?.(parsed(event, body))
        },
      })
      return parsed(shape.output, answer)
    },
  }
}

async function openClient(net: Net, peerId: string, onClose: () => void): Promise<RpcClient> {
  const channel = await net.open(peerId, RPC_PROTOCOL)
  channel.onClose(onClose)
  return createRpcClient(channel)
}

function parsed<T>(codec: RecordCodec<T, string>, bytes: Uint8Array): T {
  const record = parseRecord(codec, bytes, LIMITS.rpcMaxBytes)
  if (record.ok) return record.value
  throw new CloudError(
    'other-version',
    `The other device answered in a form this one does not know (${record.error}). Update both.`,
  )
}
