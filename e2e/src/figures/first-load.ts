import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Bytes, gzipped file by file, that a browser needs before it can show the built page: what comes by `import()` comes later. */
export function firstLoadBytes(distFolder: string): number {
  return [...firstFiles(distFolder)].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(distFolder, file))).length,
    0,
  )
}

/** `index.html`, the scripts and style sheets it names, and what those scripts import statically. */
function firstFiles(distFolder: string): ReadonlySet<string> {
  const files = new Set<string>(['index.html'])
  for (const file of files) {
    const source = file.endsWith('.css') ? '' : readFileSync(join(distFolder, file), 'utf8')
    const named = file.endsWith('.html') ? NAMED_IN_HTML : IMPORTED_STATICALLY
    for (const [, path = ''] of source.matchAll(named)) files.add(posix.join(posix.dirname(file), path))
  }
  return files
}

const NAMED_IN_HTML = /<(?:script|link)\b[^>]*?\b(?:src|href)="(?:\.?\/)?([^":]+\.(?:js|css))"/g
/** Of minified modules: `import(` is not among them. */
const IMPORTED_STATICALLY = /\b(?:import|from)\s*"(\.{1,2}\/[^"]+)"/g
