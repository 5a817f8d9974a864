import * as Y from 'yjs'
import { LIMITS } from '@cloudos/protocol/limits'

/** Whether some single value could not be written as an edit: long texts and lists are taken apart, one value cannot be. */
export function findOversized(ydoc: Y.Doc): boolean {
  for (const structs of ydoc.store.clients.values())
    for (const struct of structs) if (struct instanceof Y.Item && isOversized(struct.content)) return true
  return false
}

function isOversized(content: unknown): boolean {
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON)
    return content.arr.some((value) => sizeOf(value) > LIMITS.editMaxBytes / 2)
  if (content instanceof Y.ContentBinary) return content.content.length > LIMITS.editMaxBytes / 2
  if (content instanceof Y.ContentEmbed) return sizeOf(content.embed) > LIMITS.editMaxBytes / 2
  if (content instanceof Y.ContentFormat) return sizeOf(content.value) > LIMITS.editMaxBytes / 2
  return false
}

/** In UTF-16 units: at most a third of the bytes it takes. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length
  return (JSON.stringify(value) as string | undefined)?.length ?? 0
}
