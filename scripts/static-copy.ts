/**
 * `npm run static-copy -- FOLDER [ORIGIN...]` writes the page as files that any server of files can serve, with no agent beside it. What
 * the agent says in a header stands in the page then: where it may connect to is the API of github.com, that of Google Drive, devices of
 * one's own, and ORIGINs, such as a GitHub of one's own.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { buildStale, page } from './build.ts'

const built = join(import.meta.dirname, '..', 'control-plane', 'dist')

/** `frame-ancestors` counts in a header only: whoever serves the files should send it. */
export function policyFor(origins: readonly string[]): string {
  return [
    `default-src 'none'`,
    `script-src 'self' 'wasm-unsafe-eval'`,
    `style-src 'self'`,
    ['connect-src', `'self'`, 'https://api.github.com', 'https://www.googleapis.com', 'ws:', 'wss:', ...origins].join(
      ' ',
    ),
    `img-src 'self' blob: data:`,
    `worker-src 'self'`,
    `manifest-src 'self'`,
    `font-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
  ].join('; ')
}

/** The folder may exist; files of the page in it are replaced. Throws for an ORIGIN that is none. */
export function writeStaticCopy(folder: string, origins: readonly string[]): void {
  for (const origin of origins)
    if (URL.parse(origin)?.origin !== origin)
      throw new RangeError(`${origin} is no origin, such as https://github.example.org`)
  cpSync(built, folder, { recursive: true })
  const file = join(folder, 'index.html')
  const html = readFileSync(file, 'utf8')
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyFor(origins)}" />\n    <meta name="referrer" content="no-referrer" />`
  writeFileSync(file, html.replace('<head>', `<head>\n    ${meta}`))
}

if (import.meta.main) {
  const [folder, ...origins] = process.argv.slice(2)
  if (folder === undefined) {
    console.error('Usage: npm run static-copy -- FOLDER [ORIGIN...]')
    process.exit(2)
  }
  await buildStale([page])
  if (!existsSync(built)) throw new Error('the page is not built')
  writeStaticCopy(resolve(folder), origins)
  console.log(`Written: ${resolve(folder)}. Serve it with any server of files, over https.`)
}
