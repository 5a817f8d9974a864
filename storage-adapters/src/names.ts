import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { createMediumError } from './medium-error.ts'

/** What a listed name stands for. */
export type StoredName =
  { readonly kind: 'head'; readonly name: string } | { readonly kind: 'blob'; readonly name: Hash }

const HEAD_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/

export function isHeadName(name: string): boolean {
  return HEAD_NAME.test(name)
}

/** Rejects `bad-name` before any medium sees the text: no medium then has to escape one. */
export function requireHeadName(name: string): string {
  if (isHeadName(name)) return name
  throw createMediumError('bad-name', 'A head is named by 1 to 64 of a-z, 0-9 and -.')
}

export function requireBlobName(name: string): Hash {
  const hash = findId('Hash', name)
  if (hash !== undefined) return hash
  throw createMediumError('bad-name', 'A blob is named by its SHA-256 in lower-case hex.')
}

export function requireStoredName(name: string): StoredName {
  if (name.startsWith('h/')) return { kind: 'head', name: requireHeadName(name.slice(2)) }
  if (name.startsWith('b/')) return { kind: 'blob', name: requireBlobName(name.slice(2)) }
  throw createMediumError('bad-name', 'A stored name begins with h/ or b/.')
}
