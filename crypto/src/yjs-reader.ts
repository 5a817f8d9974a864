import { LIMITS } from '@cloudos/protocol/limits'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { UpdateCursor } from './update-cursor.ts'
import type { YjsRefusal } from './update-cursor.ts'
import { contentLength, SKIP, TYPE } from './yjs-content.ts'
import { orderStructs } from './yjs-order.ts'
import type { ClockId, LinkedStruct, Nest, StructRun, StructShape } from './yjs-order.ts'

export interface DeletedRange extends ClockId {
  readonly length: number
}

/** What an update says of itself, short of its content. */
export interface UpdateShape {
  /** Per client in one gapless ascending run. */
  readonly structs: readonly StructShape[]
  /** Per client ascending and apart. */
  readonly deletes: readonly DeletedRange[]
  /** Per client, the highest clock outside this update that a struct stands beside or inside. */
  readonly needs: readonly ClockId[]
  /**
   * Shared types that hang under structs from elsewhere. Depth adds up over updates where one update cannot show it: who knows the
   * document must hold `level of that struct + below <= LIMITS.yjsMaxNesting`, or a later delete overflows Yjs's stack.
   */
  readonly nests: readonly Nest[]
  /** Work done, linear in the bytes. */
  readonly steps: number
}

/** How large an update may be; what one edit may be is the usual measure. */
export interface UpdateBounds {
  readonly bytes: number
  readonly structs: number
  readonly deletes: number
}

const OF_EDIT: UpdateBounds = {
  bytes: LIMITS.frameMaxBytes,
  structs: LIMITS.yjsMaxStructs,
  deletes: LIMITS.yjsMaxDeletes,
}
/** For the whole of a document in one update that came in so many frames. */
export function ofState(frames: number): UpdateBounds {
  return {
    bytes: frames * LIMITS.frameMaxBytes,
    structs: frames * LIMITS.yjsMaxStructsOfState,
    deletes: frames * LIMITS.yjsMaxDeletesOfState,
  }
}

/**
 * Reads a Yjs V1 update without building it, so that `Y.applyUpdate` is only ever given what it can take: whole, in bounds, with
 * valid text and JSON, and with references that resolve once `needs` are met. Says nothing about who may write which client.
 */
export function readUpdate(bytes: Uint8Array, bounds: UpdateBounds = OF_EDIT): Result<UpdateShape, YjsRefusal> {
  if (bytes.length > bounds.bytes) return err('too-long')
  const cursor = new UpdateCursor(bytes)
  const runByClient = readRuns(cursor, bounds.structs)
  const deletes = readDeletes(cursor, bounds.deletes)
  if (cursor.refusal === undefined && cursor.left > 0) cursor.refuse('trailing-bytes')
  if (cursor.refusal !== undefined) return err(cursor.refusal)
  const order = orderStructs(runByClient)
  if (!order.ok) return order
  const { needs, nests, steps } = order.value
  return ok({ structs: [...runByClient.values()].flat(), deletes, needs, nests, steps: cursor.steps + steps })
}

function readRuns(cursor: UpdateCursor, structsMax: number): Map<number, StructRun> {
  const runByClient = new Map<number, StructRun>()
  const clients = cursor.uint()
  let structsLeft = structsMax
  for (let i = 0; i < clients && cursor.refusal === undefined; i++) {
    const count = cursor.uint()
    const client = cursor.uint()
    structsLeft -= count
    if (structsLeft < 0) cursor.refuse('too-many-structs')
    if (count === 0) cursor.refuse('bad-length')
    if (runByClient.has(client)) cursor.refuse('duplicate-client')
    runByClient.set(client, readRun(cursor, client, count))
  }
  return runByClient
}

function readRun(cursor: UpdateCursor, client: number, count: number): StructRun {
  const run: LinkedStruct[] = []
  let clock = cursor.uint()
  while (run.length < count && cursor.refusal === undefined) {
    const struct = readStruct(cursor, { client, clock })
    clock += struct.length
    if (struct.length === 0) cursor.refuse('bad-length')
    if (clock > Number.MAX_SAFE_INTEGER) cursor.refuse('bad-clock')
    run.push(struct)
  }
  return run
}

const HAS_ORIGIN = 0x80
const HAS_RIGHT_ORIGIN = 0x40
const HAS_PARENT_KEY = 0x20
const CONTENT_BITS = 0x1f

function readStruct(cursor: UpdateCursor, id: ClockId): LinkedStruct {
  const bits = cursor.byte()
  if (bits === 0) return { ...id, length: cursor.uint(), kind: 'gc', isType: false, ...NO_LINKS }
  if (bits === SKIP) cursor.refuse('skip')
  const kind = bits & CONTENT_BITS
  const origin = (bits & HAS_ORIGIN) === 0 ? undefined : readReference(cursor, id)
  const rightOrigin = (bits & HAS_RIGHT_ORIGIN) === 0 ? undefined : readReference(cursor, id)
  const namesParent = origin === undefined && rightOrigin === undefined
  const parent = namesParent ? readParent(cursor, id) : undefined
  if (namesParent && (bits & HAS_PARENT_KEY) !== 0) cursor.text()
  const length = contentLength(cursor, kind)
  return { ...id, length, kind: 'item', isType: kind === TYPE, origin, rightOrigin, parent }
}

const NO_LINKS = { origin: undefined, rightOrigin: undefined, parent: undefined }

/** `undefined` for a parent named by its key in the document. */
function readParent(cursor: UpdateCursor, child: ClockId): ClockId | undefined {
  const how = cursor.uint()
  if (how === 0) return readReference(cursor, child)
  if (how === 1) cursor.text()
  else cursor.refuse('unknown-content')
  return undefined
}

/** Yjs trusts a client's references to itself to point back; one that does not makes it throw half-way. */
function readReference(cursor: UpdateCursor, from: ClockId): ClockId {
  const client = cursor.uint()
  const clock = cursor.uint()
  if (client === from.client && clock >= from.clock) cursor.refuse('bad-reference')
  return { client, clock }
}

function readDeletes(cursor: UpdateCursor, deletesMax: number): readonly DeletedRange[] {
  const deletes: DeletedRange[] = []
  const seen = new Set<number>()
  const clients = cursor.uint()
  for (let i = 0; i < clients && cursor.refusal === undefined; i++) {
    const client = cursor.uint()
    const count = cursor.uint()
    if (deletes.length + count > deletesMax) cursor.refuse('too-many-deletes')
    if (count === 0) cursor.refuse('bad-length')
    if (seen.has(client)) cursor.refuse('duplicate-client')
    seen.add(client)
    readRanges(cursor, client, count, deletes)
  }
  return deletes
}

function readRanges(cursor: UpdateCursor, client: number, count: number, into: DeletedRange[]): void {
  let from = 0
  for (let i = 0; i < count && cursor.refusal === undefined; i++) {
    const clock = cursor.uint()
    const length = cursor.uint()
    if (length === 0) cursor.refuse('bad-length')
    if (clock < from || clock + length > Number.MAX_SAFE_INTEGER) cursor.refuse('bad-clock')
    from = clock + length
    into.push({ client, clock, length })
  }
}
