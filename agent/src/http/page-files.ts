import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { findErrno } from '../broken-world.ts'

export interface PageFile {
  readonly bytes: Buffer
  readonly contentType: string
  readonly cacheControl: string
}

/** Nothing of another kind is served, whatever lies in the folder. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** Vite puts a hash of the content into every name in there. */
const HASHED = '/assets/'

/** `target` has passed the guard: plain segments only. `undefined` when the page has no such file. */
export async function findPageFile(folder: string, target: string): Promise<PageFile | undefined> {
  const path = target === '/' ? '/index.html' : target
  const contentType = CONTENT_TYPES[extname(path)]
  if (contentType === undefined) return undefined
  try {
    const bytes = await readFile(join(folder, path))
    const cacheControl = path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache'
    return { bytes, contentType, cacheControl }
  } catch (cause) {
    const errno = findErrno(cause)
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'EISDIR') return undefined
    throw cause
  }
}

/** Where Vite and the page's own code look for the nonce of this response. */
export function withNonce(html: string, nonce: string): string {
  return html.replace('<head>', `<head><meta property="csp-nonce" nonce="${nonce}">`)
}
