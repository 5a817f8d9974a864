import { utf8 } from '@cloudos/protocol/bytes'
import { encodeBase85, findBase85 } from './base85.ts'
import { createMediumError } from './medium-error.ts'

/*
 * What lies in the repository. Files are text, because only text goes into a tree with the one request that makes it: in base 85,
 * since JSON has to spell out nothing of it and it is a quarter longer than the bytes, where base64 is a third. git packs it back to
 * about its true size.
 */

/** A file of a commit. */
export interface StoredFile {
  /** git's name for its content. */
  readonly sha: string
  readonly sizeBytes: number
}

/** By path. */
export type StoredFiles = ReadonlyMap<string, StoredFile>

export interface FileChange {
  readonly path: string
  /** `undefined` deletes it. */
  readonly text: string | undefined
}

export function headPath(name: string): string {
  return `h/${name}`
}

/** Two levels: a directory of git's is written anew with every change in it. */
export function blobPath(name: string): string {
  return `b/${name.slice(0, 2)}/${name.slice(2)}`
}

/** `undefined` for a file that is none of ours. */
export function nameOfPath(path: string): string | undefined {
  if (/^h\/[^/]+$/.test(path)) return path
  const blob = /^b\/([^/]+)\/([^/]+)$/.exec(path)
  return blob === null ? undefined : `b/${blob[1] ?? ''}${blob[2] ?? ''}`
}

/** Before text in base 85: no base64 begins with it, which is what files were written in before. */
const BASE_85 = '~'

export function textOf(bytes: Uint8Array): string {
  return BASE_85 + encodeBase85(bytes)
}

/** Text that is no file of ours becomes bytes that no name fits. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return (
    (text.startsWith(BASE_85) ? findBase85(text.slice(BASE_85.length)) : findBase64(text)) ?? new Uint8Array(utf8(text))
  )
}

function findBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}

/** git's own name for a file with this text. */
export async function gitSha(text: string): Promise<string> {
  const content = utf8(text)
  const header = utf8(`blob ${String(content.length)}\0`)
  const digest = await crypto.subtle.digest('SHA-1', new Uint8Array([...header, ...content]))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** GitHub hands files out in base64 with line ends. */
export function textFromGithub({ content, encoding }: { readonly content: string; readonly encoding: string }): string {
  if (encoding === 'base64') return atob(content.replaceAll('\n', ''))
  throw createMediumError('medium-failed', `GitHub hands out a file as ${encoding}, which is not expected.`)
}

/** What a person sees who opens the repository. */
export const FIRST_FILE = {
  path: 'README.md',
  message: 'Say what this repository is for',
  content: btoa(
    'Sealed copies of a CloudOS profile lie in the branches of this repository. Keep it private and whole.\n',
  ),
}
