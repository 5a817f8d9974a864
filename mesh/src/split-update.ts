/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- Yjs declares an item's content as a class that its contents do not extend */
import * as Y from 'yjs'
import { concatBytes } from '@cloudos/protocol/bytes'

export interface SplitUpdate {
  /** To be written one after the other; together they are the update. */
  readonly pieces: readonly Uint8Array[]
  /** Values too large for any frame, of which only the place is kept. */
  readonly dropped: readonly Y.ID[]
}

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number]

export interface PieceLimits {
  readonly bytes: number
  /** Structs or deleted ranges. */
  readonly count: number
}

/** Takes the update of one transaction apart into pieces that fit frames; `undefined` for one by several client ids. */
export function splitUpdate(update: Uint8Array, limits: PieceLimits): SplitUpdate | undefined {
  const { structs, ds } = Y.decodeUpdate(update)
  const [first] = structs
  if (structs.some(({ id }) => id.client !== first?.id.client)) return undefined
  const dropped: Y.ID[] = []
  const pieces: Uint8Array[] = []
  let group: { readonly start: Y.ID; bytes: Uint8Array[]; sizeBytes: number } | undefined
  const finish = (): void => {
    if (group !== undefined)
      pieces.push(concatBytes(varints(1, group.bytes.length, group.start.client, group.start.clock), ...group.bytes, varints(0))) // prettier-ignore
    group = undefined
  }
  for (const struct of structs.flatMap((one) => smaller(one, limits.bytes, dropped))) {
    const bytes = bytesOf(struct)
    const isFull =
      group !== undefined && (group.sizeBytes + bytes.length > limits.bytes || group.bytes.length >= limits.count)
    if (isFull) finish()
    group ??= { start: struct.id, bytes: [], sizeBytes: 0 }
    group.bytes.push(bytes)
    group.sizeBytes += bytes.length
  }
  finish()
  return { pieces: [...pieces, ...deletionsOf(ds, limits.count)], dropped }
}

function bytesOf(struct: Struct): Uint8Array {
  const encoder = new Y.UpdateEncoderV1()
  struct.write(encoder, 0)
  return encoder.toUint8Array()
}

/** The struct itself where it fits; else its text or list in parts, or, of a single value, its place alone. */
function smaller(struct: Struct, maxBytes: number, dropped: Y.ID[]): readonly Struct[] {
  if (!(struct instanceof Y.Item) || bytesOf(struct).length <= maxBytes) return [struct]
  const { content } = struct
  if (content instanceof Y.ContentString && content.str.length > 1) {
    const half = content.str.length >> 1
    const at = half + (isLow(content.str.charCodeAt(half)) ? 1 : 0)
    if (at < content.str.length) {
      const parts = [new Y.ContentString(content.str.slice(0, at)), new Y.ContentString(content.str.slice(at))]
      return inTwo(struct, at, parts).flatMap((part) => smaller(part, maxBytes, dropped))
    }
  }
  if (content instanceof Y.ContentAny && content.arr.length > 1) {
    const at = content.arr.length >> 1
    const parts = [new Y.ContentAny(content.arr.slice(0, at)), new Y.ContentAny(content.arr.slice(at))]
    return inTwo(struct, at, parts).flatMap((part) => smaller(part, maxBytes, dropped))
  }
  dropped.push(struct.id)
  return [copyWith(struct, 0, new Y.ContentDeleted(struct.length))]
}

function inTwo(item: Y.Item, at: number, [left, right]: readonly Y.Item['content'][]): readonly Y.Item[] {
  if (left === undefined || right === undefined) throw new RangeError('two parts')
  return [copyWith(item, 0, left), copyWith(item, at, right)]
}

function copyWith(item: Y.Item, at: number, content: Y.Item['content']): Y.Item {
  const { client, clock } = item.id
  const origin = at === 0 ? item.origin : Y.createID(client, clock + at - 1)
  const { rightOrigin, parent, parentSub } = item
  return new Y.Item(Y.createID(client, clock + at), null, origin, null, rightOrigin, parent, parentSub, content)
}

function deletionsOf({ clients }: ReturnType<typeof Y.decodeUpdate>['ds'], count: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (const [client, ranges] of clients)
    for (let start = 0; start < ranges.length; start += count) {
      const some = ranges.slice(start, start + count)
      pieces.push(varints(0, 1, client, some.length, ...some.flatMap(({ clock, len }) => [clock, len])))
    }
  return pieces
}

function varints(...values: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (let value of values) {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
    bytes.push(value)
  }
  return Uint8Array.from(bytes)
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
