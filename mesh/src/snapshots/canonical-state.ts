import * as Y from 'yjs'
import { hashId } from '@cloudos/crypto/hash'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import type { Hash } from '@cloudos/protocol/ids'

/** A document's state in two hashes that do not depend on how, and in which order, it came to be. */
export interface StateHashes {
  readonly stateVectorHash: Hash
  readonly canonicalJsonHash: Hash
}

/**
 * Equal hashes: two documents not only read the same but will after any further edit. The JSON names what has been deleted, and of each
 * element that is left its content and its place among its neighbours. `undefined` while something in it waits for what has not come.
 */
export function hashState(ydoc: Y.Doc): StateHashes | undefined {
  const { store } = ydoc
  if (store.pendingStructs !== null || store.pendingDs !== null) return undefined
  return {
    stateVectorHash: hashId(Y.encodeStateVector(ydoc)),
    canonicalJsonHash: hashId(utf8(JSON.stringify([deletedIn(ydoc), runsIn(ydoc)]))),
  }
}

export function isSameState(one: StateHashes | undefined, other: StateHashes | undefined): boolean {
  return (
    one !== undefined &&
    one.stateVectorHash === other?.stateVectorHash &&
    one.canonicalJsonHash === other.canonicalJsonHash
  )
}

type Json = string | number | boolean | null | readonly Json[]

function deletedIn({ store }: Y.Doc): readonly Json[] {
  const { clients } = Y.createDeleteSetFromStructStore(store)
  const ranges = [...clients].map(
    ([client, deletes]) => [client, deletes.map(({ clock, len }) => [clock, len])] as const,
  )
  return ranges.sort(([a], [b]) => a - b)
}

/** Elements of one client that follow each other without a break, however Yjs happens to cut them. */
interface Run {
  readonly place: Json
  readonly elements: Json[]
  readonly rightOrigin: Y.ID | null
  readonly client: number
  endClock: number
}

function runsIn(ydoc: Y.Doc): Json {
  const nameByRoot = new Map([...ydoc.share].map(([name, type]) => [type, name]))
  const runs: Run[] = []
  for (const [client, structs] of [...ydoc.store.clients].sort(([a], [b]) => a - b))
    for (const item of structs) {
      if (!(item instanceof Y.Item) || item.deleted) continue
      const last = runs.at(-1)
      const run = last !== undefined && goesOn(last, item) ? last : startRun(item, client, nameByRoot)
      if (run !== last) runs.push(run)
      addElements(run.elements, item.content)
      run.endClock = item.id.clock + item.length
    }
  return runs.map(({ place, elements }) => [place, elements])
}

function goesOn(run: Run, { id, origin, rightOrigin }: Y.Item): boolean {
  return (
    run.client === id.client &&
    run.endClock === id.clock &&
    origin?.client === id.client &&
    origin.clock === id.clock - 1 &&
    Y.compareIDs(run.rightOrigin, rightOrigin)
  )
}

function startRun(item: Y.Item, client: number, nameByRoot: ReadonlyMap<unknown, string>): Run {
  const { id, origin, rightOrigin, parent, parentSub } = item
  const within =
    parent instanceof Y.AbstractType && parent._item !== null ? idOf(parent._item.id) : nameByRoot.get(parent)
  return {
    place: [client, id.clock, idOf(origin), idOf(rightOrigin), within ?? null, parentSub],
    elements: [],
    rightOrigin,
    client,
    endClock: id.clock,
  }
}

function idOf(id: Y.ID | null): Json {
  return id === null ? null : [id.client, id.clock]
}

function addElements(elements: Json[], content: Y.Item['content']): void {
  if (content instanceof Y.ContentString) {
    const last = elements.at(-1)
    if (typeof last === 'string') elements[elements.length - 1] = last + content.str
    else elements.push(content.str)
  } else if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON)
    elements.push(...content.arr.map((value: unknown) => ['value', plain(value)]))
  else elements.push(elementOf(content))
}

function elementOf(content: Y.Item['content']): Json {
  if (content instanceof Y.ContentType) return ['type', kindOf(content.type)]
  if (content instanceof Y.ContentBinary) return ['bytes', hexFromBytes(content.content)]
  if (content instanceof Y.ContentEmbed) return ['embed', plain(content.embed)]
  if (content instanceof Y.ContentFormat) return ['format', content.key, plain(content.value)]
  // Documents within documents are refused by whoever reads an update.
  throw new Error('content that no frame brings here')
}

function kindOf(type: unknown): Json {
  if (type instanceof Y.XmlElement) return ['xml-element', type.nodeName]
  if (type instanceof Y.XmlFragment) return 'xml-fragment'
  if (type instanceof Y.XmlHook) return ['xml-hook', type.hookName]
  if (type instanceof Y.XmlText) return 'xml-text'
  if (type instanceof Y.Text) return 'text'
  return type instanceof Y.Map ? 'map' : 'array'
}

/** Each value in one spelling: keys in order, and told apart what JSON would write alike. */
function plain(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value
  if (value instanceof Uint8Array) return ['bytes', hexFromBytes(value)]
  if (Array.isArray(value)) return ['list', ...value.map(plain)]
  if (typeof value === 'object')
    return [
      'map',
      ...Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, plain(one)]),
    ]
  if (typeof value === 'number') return ['number', Object.is(value, -0) ? '-0' : String(value)]
  return typeof value === 'bigint' ? ['bigint', String(value)] : [typeof value]
}
