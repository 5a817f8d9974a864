import * as Y from 'yjs'
import { hashId } from '@cloudos/crypto/hash'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import type { DocId, Hash } from '@cloudos/protocol/ids'

/**
 * What a document says, as one hash: how far each of its writers has come, and all that can be read in it. Two replicas that have taken
 * the same edits give the same one, in whatever order and pieces these came; nobody has to have asked for a root by its type before.
 */
export function stateHash(ydoc: Y.Doc): Hash {
  const lines = ['cloudos/v1/state', hexFromBytes(Y.encodeStateVector(ydoc))]
  for (const [name, root] of sorted(ydoc.share)) {
    const content: string[] = []
    writeType(root, content)
    // A root that somebody has only asked for is no part of what the document says.
    if (content.length > 0) lines.push(line('root', name), ...content)
  }
  return hashOf(lines)
}

/** All documents of a profile as one hash. A document that nothing was ever written to is as good as none. */
export function profileStateHash(hashByDoc: ReadonlyMap<DocId, Hash>): Hash {
  return hashOf(['cloudos/v1/profile-state', ...sorted(hashByDoc).map(([docId, hash]) => line(docId, hash))])
}

type Shared = Y.Doc['share'] extends Map<string, infer Type> ? Type : never
type Content = Y.Item['content']

/** Its list, then its keys in order. Texts that follow each other are one, however the edits came apart. */
function writeType(type: Shared, lines: string[]): void {
  let text = ''
  const endText = (): void => {
    if (text !== '') lines.push(line('text', text))
    text = ''
  }
  for (let item = type._start; item !== null; item = item.right) {
    if (item.deleted) continue
    if (item.content instanceof Y.ContentString) text += item.content.str
    else {
      endText()
      writeContent(item.content, lines)
    }
  }
  endText()
  for (const [key, item] of sorted(type._map)) {
    if (item.deleted) continue
    lines.push(line('key', key))
    if (item.content instanceof Y.ContentString) lines.push(line('text', item.content.str))
    else writeContent(item.content, lines)
  }
}

function writeContent(content: Content, lines: string[]): void {
  if (content instanceof Y.ContentType) {
    const { type }: { type: Shared } = content
    lines.push(line('type', kindOf(type)))
    writeType(type, lines)
    lines.push('end')
  } else if (content instanceof Y.ContentFormat) lines.push(line('format', content.key, content.value))
  else if (content instanceof Y.ContentEmbed) lines.push(line('embed', content.embed))
  else if (content instanceof Y.ContentBinary) lines.push(line('bytes', content.content))
  else for (const value of content.getContent()) lines.push(line('value', value))
}

function kindOf(type: object): string {
  if (type instanceof Y.XmlElement) return `xml-element ${type.nodeName}`
  if (type instanceof Y.XmlFragment) return 'xml-fragment'
  if (type instanceof Y.XmlText) return 'xml-text'
  if (type instanceof Y.Text) return 'text'
  if (type instanceof Y.Map) return 'map'
  return type instanceof Y.Array ? 'array' : 'other'
}

function line(...values: readonly unknown[]): string {
  return JSON.stringify(values.map(canonical))
}

/** JSON has one spelling once keys are in order; what it cannot say is spelt as a pair that no JSON of a document is. */
function canonical(value: unknown): unknown {
  if (value === undefined) return { $: 'undefined' }
  if (typeof value === 'bigint') return { $: 'bigint', is: String(value) }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', is: String(value) }
  if (value instanceof Uint8Array) return { $: 'bytes', is: hexFromBytes(value) }
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return { $: 'object', is: sorted(new Map(Object.entries(value))).map(([key, one]) => [key, canonical(one)]) }
}

function sorted<T>(byName: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...byName].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

function hashOf(lines: readonly string[]): Hash {
  return hashId(utf8(lines.join('\n')))
}
