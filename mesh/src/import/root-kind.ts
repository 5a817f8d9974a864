import * as Y from 'yjs'

export type Root = Y.Doc['share'] extends Map<string, infer Shared> ? Shared : never

export type RootKind = 'map' | 'text' | 'array' | 'empty'

/** Yjs does not say what a root is before somebody asks for it: a map has keys; a text holds characters, a list holds the rest. */
export function rootKindOf(root: Root): RootKind {
  if (root._map.size > 0) return 'map'
  for (let item = root._start; item !== null; item = item.right)
    if (!item.deleted) return isText(item.content) ? 'text' : 'array'
  return 'empty'
}

function isText(content: unknown): boolean {
  return content instanceof Y.ContentString || content instanceof Y.ContentFormat || content instanceof Y.ContentEmbed
}
