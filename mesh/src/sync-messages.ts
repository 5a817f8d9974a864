import { concatBytes } from '@cloudos/protocol/bytes'
import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { bytesFromId, chainKey, deviceOfChain, idFromBytes, incarnationOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DocId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'

/** How far a replica has each chain of one document: the seq of its last frame. */
export type Seqs = ReadonlyMap<ChainKey, number>

export type SyncMessage =
  /** What I have admitted; send me the rest. Said on connect, and again whenever I may have missed something. */
  | { readonly kind: 'have'; readonly docId: DocId; readonly seqs: Seqs }
  /** A frame, exactly as its author signed it. */
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** A snapshot for frames that its sender no longer has one by one. */
  | { readonly kind: 'base'; readonly bytes: Uint8Array }
  /** Go back to `fromSeq` of this chain: something came that cannot be used without it. */
  | { readonly kind: 'want'; readonly docId: DocId; readonly chain: ChainKey; readonly fromSeq: number }
  /** What is on my disk, by fdatasync: the sender's edits up to here survive the sender. */
  | { readonly kind: 'kept'; readonly docId: DocId; readonly seqs: Seqs }

const HAVE = 1
const FRAME = 2
const WANT = 3
const KEPT = 4
const BASE = 5

export function encodeSyncMessage(message: SyncMessage): Uint8Array {
  switch (message.kind) {
    case 'frame':
      return concatBytes(Uint8Array.of(FRAME), message.bytes)
    case 'base':
      return concatBytes(Uint8Array.of(BASE), message.bytes)
    case 'have':
      return concatBytes(Uint8Array.of(HAVE), encodeSeqs(message.docId, message.seqs))
    case 'kept':
      return concatBytes(Uint8Array.of(KEPT), encodeSeqs(message.docId, message.seqs))
    case 'want': {
      const body = encodeCbor([bytesFromId(message.docId), ...encodeChain(message.chain), message.fromSeq])
      return concatBytes(Uint8Array.of(WANT), body)
    }
  }
}

/** `undefined` for anything else: the session ends, since a peer that frames wrongly cannot be followed further. */
export function parseSyncMessage(bytes: Uint8Array): SyncMessage | undefined {
  const body = bytes.subarray(1)
  if (bytes[0] === FRAME) return { kind: 'frame', bytes: body }
  if (bytes[0] === BASE) return { kind: 'base', bytes: body }
  const decoded = decodeCbor(body)
  if (!decoded.ok || !Array.isArray(decoded.value)) return undefined
  const [doc, ...rest] = decoded.value as readonly CborValue[]
  if (!(doc instanceof Uint8Array) || doc.length !== 16) return undefined
  const docId = idFromBytes('DocId', doc)
  if (bytes[0] === WANT) return parseWant(docId, rest)
  if (bytes[0] !== HAVE && bytes[0] !== KEPT) return undefined
  const seqs = parseSeqs(rest)
  return seqs === undefined ? undefined : { kind: bytes[0] === HAVE ? 'have' : 'kept', docId, seqs }
}

function encodeChain(chain: ChainKey): readonly Uint8Array[] {
  return [bytesFromId(deviceOfChain(chain)), bytesFromId(incarnationOfChain(chain))]
}

function encodeSeqs(docId: DocId, seqs: Seqs): Uint8Array {
  const flat: CborValue[] = [bytesFromId(docId)]
  for (const [chain, seq] of seqs) flat.push(...encodeChain(chain), seq)
  return encodeCbor(flat)
}

function parseSeqs(flat: readonly CborValue[]): Seqs | undefined {
  if (flat.length % 3 !== 0 || flat.length / 3 > LIMITS.chainsPerDoc) return undefined
  const seqs = new Map<ChainKey, number>()
  for (let i = 0; i < flat.length; i += 3) {
    const chain = findChain(flat[i], flat[i + 1])
    const seq = flat[i + 2]
    if (chain === undefined || typeof seq !== 'number' || seq < 0 || seqs.has(chain)) return undefined
    seqs.set(chain, seq)
  }
  return seqs
}

function parseWant(docId: DocId, rest: readonly CborValue[]): SyncMessage | undefined {
  const [device, incarnation, fromSeq, ...more] = rest
  const chain = findChain(device, incarnation)
  if (chain === undefined || typeof fromSeq !== 'number' || fromSeq < 1 || more.length > 0) return undefined
  return { kind: 'want', docId, chain, fromSeq }
}

function findChain(device: CborValue | undefined, incarnation: CborValue | undefined): ChainKey | undefined {
  if (!(device instanceof Uint8Array) || device.length !== 16) return undefined
  if (!(incarnation instanceof Uint8Array) || incarnation.length !== 4) return undefined
  return chainKey(idFromBytes('DeviceId', device), idFromBytes('Incarnation', incarnation))
}
