import { bytesUpTo, hexOf, text, uint } from './codecs.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, maybeAt, parseRecord, record, variant } from './record.ts'
import type { RecordCodec, RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/** Asks for one command. Who asks is known from the channel and never from a field. */
export interface RpcRequest {
  /** Counts up from 1 on each connection: one that does not is a replay. The answer and its events carry it. */
  readonly id: number
  readonly method: string
  /** Canonical CBOR for the command's own schema. */
  readonly params: Uint8Array
  /** The deadline, as the time left when it was sent: two machines' clocks differ by more than any command lasts. */
  readonly timeoutMs: number
  /** Hex of 16 bytes. The same key within 24 h gets the first outcome again instead of a second effect. */
  readonly idempotencyKey?: string
  /** Hex of 16 bytes: names the act from the click to its last effect, in every journal on the way. */
  readonly traceId?: string
  /** A chain of capability tokens (`presented-token.ts`): then the command is allowed by them, and by nothing the caller holds besides. */
  readonly token?: Uint8Array
}

/** The command was done. */
export interface RpcReply {
  readonly id: number
  readonly result: Uint8Array
}

/** The command was not done, or broke. `code` is stable; `message` is for a person and holds no secret. */
export interface RpcFailure {
  readonly id: number
  readonly code: string
  readonly message: string
  readonly detail?: Uint8Array
}

/** Something that happened before the answer: a line of a log, progress. Lost when the other side is too slow: `seq` shows it. */
export interface RpcEvent {
  readonly id: number
  readonly seq: number
  readonly body: Uint8Array
}

/** A person is asked first, for so long at most. The command's own time begins after the yes: a caller with a deadline moves it. */
export interface RpcWaits {
  readonly id: number
  readonly forMs: number
}

/** The caller no longer waits. */
export interface RpcCancel {
  readonly id: number
}

export type RpcMessage =
  | ({ readonly kind: 'request' } & RpcRequest)
  | ({ readonly kind: 'reply' } & RpcReply)
  | ({ readonly kind: 'failure' } & RpcFailure)
  | ({ readonly kind: 'event' } & RpcEvent)
  | ({ readonly kind: 'cancel' } & RpcCancel)
  | ({ readonly kind: 'waits' } & RpcWaits)

export type RpcRefusal =
  | RecordRefusal<RpcRequest>
  | RecordRefusal<RpcReply>
  | RecordRefusal<RpcFailure>
  | RecordRefusal<RpcEvent>
  | RecordRefusal<RpcCancel>
  | RecordRefusal<RpcWaits>
  | 'unknown-kind'

/** `device.revoke`, `job.log.follow`: also the command's name in the registry. */
const METHOD = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*){0,3}$/
const CODE = /^[a-z][a-z0-9-]*$/

const messageId = at(1, uint(undefined, 1))
const content = bytesUpTo(LIMITS.rpcMaxBytes)

const codec: RecordCodec<RpcMessage, RpcRefusal> = variant<RpcMessage, RpcRefusal>({
  request: [
    1,
    record<RpcRequest>({
      id: messageId,
      method: at(
        2,
        text(64, (value) => METHOD.test(value)),
      ),
      params: at(3, content),
      timeoutMs: at(4, uint(LIMITS.rpcMaxTimeoutMs)),
      idempotencyKey: maybeAt(5, hexOf(16)),
      traceId: maybeAt(6, hexOf(16)),
      token: maybeAt(7, bytesUpTo(LIMITS.presentedTokenMaxBytes, 1)),
    }),
  ],
  reply: [2, record<RpcReply>({ id: messageId, result: at(2, content) })],
  failure: [
    3,
    record<RpcFailure>({
      id: messageId,
      code: at(
        2,
        text(64, (value) => CODE.test(value)),
      ),
      message: at(3, text(1024)),
      detail: maybeAt(4, content),
    }),
  ],
  event: [4, record<RpcEvent>({ id: messageId, seq: at(2, uint()), body: at(3, content) })],
  cancel: [5, record<RpcCancel>({ id: messageId })],
  waits: [6, record<RpcWaits>({ id: messageId, forMs: at(2, uint(LIMITS.rpcMaxTimeoutMs)) })],
})

export function encodeRpc(message: RpcMessage): Uint8Array {
  return encodeRecord(codec, message)
}

/** `params`, `result`, `detail` and `body` are views into `bytes`, and not yet looked at. */
export function parseRpc(bytes: Uint8Array): Result<RpcMessage, RpcRefusal> {
  return parseRecord(codec, bytes, LIMITS.rpcMaxBytes)
}
