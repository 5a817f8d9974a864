import { hashId } from '@cloudos/crypto/hash'
import { concatBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Hash } from '@cloudos/protocol/ids'
import type { Channel, ConnectedBlobStore, Rng } from '@cloudos/protocol/ports'
import { createInbox } from '../pairing/inbox.ts'
import type { Inbox } from '../pairing/inbox.ts'
import { HEAD_NAME } from '../copy/store-blob.ts'
import { codeRefused, isKind, proveCode, say } from './proof.ts'
import { copyRefused } from './refusal.ts'
import { parseCopyMessage } from './talk.ts'
import type { CopyMessage } from './talk.ts'

export interface VisitParts {
  readonly channel: Channel
  /** Hex of this side's libp2p public key. */
  readonly peerId: string
  readonly rng: Rng
  /** Ends the visit. */
  readonly signal: AbortSignal
  /** What that device is called in a copy's errors. */
  readonly failureDomain: string
}

/**
 * Proves the code of another device and shows what that keeps as a medium that can only be read. Rejects (`CloudError`) 'code-refused' for a
 * code that it does not take; nothing of the secret is said to a device that does not know it.
 */
export async function visitCopy(parts: VisitParts, secret: Uint8Array): Promise<ConnectedBlobStore> {
  const { channel } = parts
  const inbox = createInbox(channel)
  try {
    await proveCode({ ...parts, inbox }, secret)
  } catch (cause) {
    channel.close()
    // A device that does not take the code says no more than that it goes.
    throw cause instanceof CloudError ? codeRefused() : cause
  }
  return readOnly(parts, inbox)
}

/** Brings a device, whose code this one has proved, what lets this one in. Resolves once that is durable there. */
export async function introduce(
  { channel, signal }: Pick<VisitParts, 'channel' | 'signal'>,
  entries: readonly Uint8Array[],
): Promise<void> {
  const inbox = createInbox(channel)
  say(channel, { kind: 'entries', entries })
  const message = await hear(inbox, signal)
  if (!isKind(message, 'done')) throw codeRefused()
}

function readOnly({ channel, signal, failureDomain }: VisitParts, inbox: Inbox): ConnectedBlobStore {
  let turn: Promise<unknown> = Promise.resolve()
  /** One question at a time: an answer does not say what it is the answer to. */
  const ask = (message: CopyMessage): Promise<CopyMessage> => {
    const mine = turn.then(() => {
      inbox.trust()
      say(channel, message)
      return hear(inbox, signal)
    })
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    capabilities: { cas: false, maxBlobBytes: LIMITS.blobMaxBytes, evictable: true, failureDomain },
    async readHead(name) {
      if (name !== HEAD_NAME) return undefined
      const answer = await ask({ kind: 'ask-head' })
      if (!isKind(answer, 'head')) throw strange()
      return answer.head && { heads: [answer.head], version: hashId(answer.head) }
    },
    getBlob: (name) => getBlob(name, ask),
    list: nothing,
    casHead: readsOnly,
    flush: readsOnly,
    putBlob: readsOnly,
    delete: readsOnly,
    [Symbol.asyncDispose]: () => {
      channel.close()
      return Promise.resolve()
    },
  }
}

async function getBlob(
  name: Hash,
  ask: (message: CopyMessage) => Promise<CopyMessage>,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = []
  let have = 0
  for (let sizeBytes = 1; have < sizeBytes;) {
    const answer = await ask({ kind: 'ask-blob', name, offset: have })
    if (!isKind(answer, 'blob')) throw strange()
    if (answer.piece === undefined) return undefined
    if (answer.piece.sizeBytes > LIMITS.blobMaxBytes || answer.piece.bytes.length === 0) break
    sizeBytes = answer.piece.sizeBytes
    have += answer.piece.bytes.length
    pieces.push(answer.piece.bytes)
  }
  const bytes = concatBytes(...pieces)
  if (hashId(bytes) === name) return bytes
  throw new CloudError('blob-damaged', 'That device shows a part of its copy that is damaged.')
}

async function hear(inbox: Inbox, signal: AbortSignal): Promise<CopyMessage> {
  try {
    const message = parseCopyMessage(await inbox.next(signal))
    if (isKind(message, 'refused')) throw copyRefused(message.code)
    return message
  } catch (cause) {
    if (cause instanceof CloudError && cause.code.startsWith('pairing-'))
      throw new CloudError('medium-unreachable', 'That device went away before all was said. Try again.', cause)
    throw cause
  }
}

/** A device is asked for what its head leads to, and for nothing else. */
async function* nothing(): AsyncGenerator<string> {
  yield* []
}

function readsOnly(): Promise<never> {
  return Promise.reject(
    new CloudError('medium-forbidden', 'A device keeps the profile by itself. Nothing is written there from outside.'),
  )
}

function strange(): CloudError {
  return new CloudError('medium-failed', 'That device answered in a way this one does not know. Update both.')
}
