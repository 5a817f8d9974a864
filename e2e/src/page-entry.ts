import { once } from 'node:events'
import { createServer } from 'node:http'
import type { BrowserContext, Page } from 'playwright-core'
import { build } from 'rolldown'
import { launchChromium } from './browser.ts'

/** A module's exported functions, each of at most one argument that JSON can carry. */
type Exports = Readonly<Record<string, unknown>>
type Argument<F> = F extends (argument: infer A) => unknown ? A : undefined
type Answer<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

export interface ServedEntry<Entry extends Exports> extends AsyncDisposable {
  /** One origin for as long as this is served, whatever browsers come and go. */
  readonly url: string
  open(context: BrowserContext): Promise<OpenEntry<Entry>>
}

export interface OpenEntry<Entry extends Exports> {
  readonly page: Page
  /** Runs an exported function inside the page. */
  readonly call: <Name extends keyof Entry & string>(
    name: Name,
    argument: Argument<Entry[Name]>,
  ) => Promise<Answer<Entry[Name]>>
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>CloudOS test page</title>
<script type="module">import * as entry from '/entry.js'; globalThis.entry = entry</script>`

/** Bundles a TypeScript module for the browser and serves it, on a page of its own, from a loopback port. */
export async function serveEntry<Entry extends Exports>(entryTs: string): Promise<ServedEntry<Entry>> {
  const code = await bundle(entryTs)
  const server = createServer((request, response) => {
    const isScript = request.url === '/entry.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? code : PAGE)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a listening TCP server has a port')
  const url = `http://localhost:${address.port}/`
  return {
    url,
    async open(context) {
      const page = await context.newPage()
      await page.goto(url)
      return {
        page,
        call: (name, argument) =>
          page.evaluate(`entry.${name}(${argument === undefined ? '' : JSON.stringify(argument)})`),
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Bundles `entryTs`, opens it in a fresh Chromium and resolves to what its exported function `name` returns there. */
export async function runInPage<Entry extends Exports, Name extends keyof Entry & string>(
  entryTs: string,
  name: Name,
  argument: Argument<Entry[Name]>,
): Promise<Answer<Entry[Name]>> {
  await using entry = await serveEntry<Entry>(entryTs)
  await using chromium = await launchChromium()
  const { call } = await entry.open(chromium.context)
  return await call(name, argument)
}

async function bundle(entryTs: string): Promise<string> {
  const { output } = await build({
    input: entryTs,
    platform: 'browser',
    logLevel: 'warn',
    write: false,
    output: { format: 'esm', codeSplitting: false },
  })
  return output[0].code
}
