import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a browser on this machine comes back to with an answer. */
export interface LoopbackReturn extends AsyncDisposable {
  readonly redirectUri: string
}

/** For any browser that opens it: nothing runs, nothing is kept, and no other page learns the address. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}

/** @param onReturn with the address; says whether it was the one that is waited for */
export async function openLoopbackReturn(onReturn: (address: URL) => boolean): Promise<LoopbackReturn> {
  const server = createServer({ maxHeaderSize: 8 * 1024, requestTimeout: 10_000 }, (request, response) => {
    const address = URL.parse(request.url ?? '', redirectUri)
    const isIt =
      request.method === 'GET' && request.headers.host === host && address?.pathname === '/' && onReturn(address)
    const sentence = isIt ? 'Done here. You can close this page and go back to CloudOS.' : 'Nothing is waited for here.'
    response.writeHead(isIt ? 200 : 404, HEADERS).end(`<!doctype html><title>CloudOS</title><p>${sentence}</p>`)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${String(port)}`
  const redirectUri = `http://${host}`
  return {
    redirectUri,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
