import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStore, Channel, Clock, Rng } from '@cloudos/protocol/ports'
import { abortAfter } from '../abort-after.ts'
import { HEAD_NAME } from '../copy/store-blob.ts'
import { createInbox } from '../pairing/inbox.ts'
import type { Inbox } from '../pairing/inbox.ts'
import { checkCode, codeRefused, isKind, say } from './proof.ts'
import { parseCopyMessage } from './talk.ts'
import type { CopyMessage } from './talk.ts'

/** A copy that is there for one visit. Disposing takes it away. */
export interface OpenCopy extends AsyncDisposable {
  readonly store: BlobStore
}

export interface ServedCopy {
  readonly channel: Channel
  readonly peerId: string
  readonly rng: Rng
  readonly clock: Clock
  /** Ends the visit. */
  readonly signal: AbortSignal
  /** What is shown now, to whoever comes; `undefined` when there is none. */
  readonly secret: Uint8Array | undefined
  /** Whether this newcomer has proved the code before, and may come back with what lets it in. */
  readonly isKnown: boolean
  /** The code has been proved: it is this newcomer's from now on. Throws when it is another's. */
  readonly onProved: () => void
  /** A fresh copy of the profile, sealed as on any medium; called once at most, disposed at the end. */
  readonly openCopy: () => Promise<OpenCopy>
  /** Takes what lets the newcomer in, durably; rejects when it does not. */
  readonly takeIn: (entries: readonly Uint8Array[]) => Promise<void>
}

/** Less than a message, and few enough round trips for a large pack. */
const PIECE_BYTES = 512 * 1024

/** One visit of a newcomer, until it goes. Rejects (`CloudError`) 'code-refused' when it did not know the code: the caller counts that. */
export async function serveCopy(visit: ServedCopy): Promise<void> {
  const { channel, clock, secret, signal } = visit
  const inbox = createInbox(channel)
  // A log is longer than what a stranger may say.
  if (visit.isKnown) inbox.trust()
  const stranger = abortAfter(clock, LIMITS.strangerMaxMs, signal)
  const first = parseCopyMessage(await inbox.next(stranger))
  if (isKind(first, 'entries')) {
    if (visit.isKnown) await takeIn(visit, first.entries)
    else say(channel, { kind: 'refused', code: 'code-refused' })
    return
  }
  if (!isKind(first, 'hello')) throw codeRefused()
  if (secret === undefined) return
  await checkCode({ ...visit, inbox, signal: stranger }, secret, first.nonce, visit.onProved)
  await answerAll(visit, inbox)
}

async function answerAll(visit: ServedCopy, inbox: Inbox): Promise<void> {
  let copy: OpenCopy | undefined
  try {
    for (;;) {
      inbox.trust()
      const asked = parseCopyMessage(await inbox.next(visit.signal))
      if (isKind(asked, 'entries')) {
        await takeIn(visit, asked.entries)
        return
      }
      const refused = await orRefuse(visit.channel, async () => {
        copy ??= await visit.openCopy()
        say(visit.channel, await answerOne(copy.store, asked))
      })
      // What else lies there may be whole.
      if (refused !== undefined && refused !== 'blob-damaged') return
      await visit.channel.drained(visit.signal)
    }
  } finally {
    await copy?.[Symbol.asyncDispose]()
  }
}

async function answerOne(copy: BlobStore, asked: CopyMessage): Promise<CopyMessage> {
  if (isKind(asked, 'ask-head')) return { kind: 'head', head: (await copy.readHead(HEAD_NAME))?.heads[0] }
  if (!isKind(asked, 'ask-blob')) throw codeRefused()
  const blob = await copy.getBlob(asked.name)
  if (blob === undefined) return { kind: 'blob', piece: undefined }
  const bytes = blob.subarray(asked.offset, asked.offset + PIECE_BYTES)
  return { kind: 'blob', piece: { bytes, sizeBytes: blob.length } }
}

async function takeIn({ channel, takeIn: take }: ServedCopy, entries: readonly Uint8Array[]): Promise<void> {
  await orRefuse(channel, async () => {
    await take(entries)
    say(channel, { kind: 'done' })
  })
}

/** What goes wrong here is said there by its code, which is returned. */
async function orRefuse(channel: Channel, act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    say(channel, { kind: 'refused', code: cause.code })
    return cause.code
  }
}
