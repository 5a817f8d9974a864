import { findId } from '@cloudos/protocol/ids'
import type { DocId } from '@cloudos/protocol/ids'

/**
 * What the tabs of one browser profile say to each other over a BroadcastChannel. Every tab of the origin hears it and all of them
 * are equally trusted; the parser is for a tab that still runs another version of this page.
 */
export type TabMessage =
  /** A leader has begun: whoever has a document open joins it again. */
  | { readonly kind: 'leading' }
  /** `client` is the client id the tab holds already, once it has one; `state` is its Yjs state vector. */
  | {
      readonly kind: 'join'
      readonly docId: DocId
      readonly tab: string
      readonly client: number | undefined
      readonly state: Uint8Array
    }
  /** `client` is the tab's own, or one to try. `chain` changes only when the browser's chain had to be given up. */
  | {
      readonly kind: 'joined'
      readonly docId: DocId
      readonly tab: string
      readonly client: number
      readonly chain: string
      readonly term: string
      readonly update: Uint8Array
    }
  /** The document did not open for the leader; the tab may join again. */
  | {
      readonly kind: 'unopened'
      readonly docId: DocId
      readonly tab: string
      readonly code: string
      readonly message: string
    }
  /**
   * The tab's `nth` edit, said to the leader of `term`, which has answered its join: so a leader hears all of a tab's edits, in
   * order, from the first it has not acknowledged.
   */
  | {
      readonly kind: 'edit'
      readonly docId: DocId
      readonly term: string
      readonly tab: string
      readonly nth: number
      readonly update: Uint8Array
    }
  /** All of `update`, and each tab's edits up to the number beside it, are durable. */
  | {
      readonly kind: 'saved'
      readonly docId: DocId
      readonly update: Uint8Array
      readonly acks: readonly (readonly [string, number])[]
    }
  /** The browser did not take what waits to be saved. It waits on, and is tried again with the next edit or on `retry`. */
  | { readonly kind: 'refused'; readonly docId: DocId; readonly code: string; readonly message: string }
  | { readonly kind: 'retry'; readonly docId: DocId }

/** `undefined` for anything another version may say. */
export function parseTabMessage(said: unknown): TabMessage | undefined {
  if (typeof said !== 'object' || said === null) return undefined
  const message: Partial<Record<string, unknown>> = { ...said }
  const { kind, tab, update } = message
  if (kind === 'leading') return { kind }
  const docId = findId('DocId', message['docId'])
  if (docId === undefined) return undefined
  if (kind === 'retry') return { kind, docId }
  const { code, message: words } = message
  const worded = typeof code === 'string' && typeof words === 'string' ? { docId, code, message: words } : undefined
  if (kind === 'refused') return worded && { kind, ...worded }
  if (kind === 'saved') {
    const acks = parseAcks(message['acks'])
    return update instanceof Uint8Array && acks !== undefined ? { kind, docId, update, acks } : undefined
  }
  if (typeof tab !== 'string') return undefined
  if (kind === 'unopened') return worded && { kind, tab, ...worded }
  const { client, state, chain, nth, term } = message
  if (kind === 'join' && state instanceof Uint8Array && (client === undefined || isCount(client)))
    return { kind, docId, tab, client, state }
  if (!(update instanceof Uint8Array)) return undefined
  if (typeof term !== 'string') return undefined
  if (kind === 'edit' && isCount(nth)) return { kind, docId, term, tab, nth, update }
  if (kind === 'joined' && isCount(client) && typeof chain === 'string')
    return { kind, docId, tab, client, chain, term, update }
  return undefined
}

function parseAcks(said: unknown): readonly (readonly [string, number])[] | undefined {
  if (!Array.isArray(said)) return undefined
  const acks: [string, number][] = []
  for (const ack of said) {
    const [tab, nth] = Array.isArray(ack) ? (ack as readonly unknown[]) : []
    if (typeof tab !== 'string' || !isCount(nth)) return undefined
    acks.push([tab, nth])
  }
  return acks
}

function isCount(said: unknown): said is number {
  return typeof said === 'number' && Number.isSafeInteger(said) && said >= 0
}
