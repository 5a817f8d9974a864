import { createServer, request as askHttp } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ProxiedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

/** What becomes of one request. Kinds with `-after` reach the server first. */
export type HttpFault =
  /** The server never hears of it. */
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: string }
  /** It is done, and the answer says otherwise. */
  | { readonly kind: 'answer-after'; readonly status: number }
  | { readonly kind: 'cut-before' }
  | { readonly kind: 'cut-after' }
  /** The client hears nothing, and it is done when `deliverLate` is called. */
  | { readonly kind: 'late' }
  /** The body breaks off in the middle. */
  | { readonly kind: 'truncate' }
  /** Half the body comes, as if that were all. */
  | { readonly kind: 'shorten' }
  /** What was answered to the same question before; as it is when there was none. */
  | { readonly kind: 'stale' }
  /** Nothing is ever answered; `held` is called once it has been done, or once it has come when nothing of it reaches the server. */
  | { readonly kind: 'silent'; readonly reaches: boolean; readonly held: () => void }
  /** Other headers on the way to the server. */
  | { readonly kind: 'rewrite'; readonly headers: Readonly<Record<string, string>> }

export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  /** Asked for each request; none when `undefined`. */
  fault: (request: ProxiedRequest) => HttpFault | undefined
  readonly asked: readonly ProxiedRequest[]
  /** What was held back reaches the server now; resolves when it has answered all of it. */
  deliverLate(): Promise<void>
}

interface Whole {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** An HTTP proxy in front of `target` that breaks what it is told to break: for any medium that is reached by HTTP. */
export async function startFaultProxy(target: string, { keepsHost = false } = {}): Promise<FaultProxy> {
  const asked: ProxiedRequest[] = []
  const late: (() => Promise<unknown>)[] = []
  const answerByQuestion = new Map<string, Whole>()

  async function handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming)
    const { method = 'GET', url: path = '/', headers } = incoming
    const request = { method, path, headers }
    asked.push(request)
    const fault = proxy.fault(request)
    const forward = () =>
      exchange(new URL(target), request, headersFor(headers, fault, keepsHost ? undefined : target), body)
    if (fault?.kind === 'late') late.push(forward)
    if (fault?.kind === 'silent') {
      if (fault.reaches) await forward()
      fault.held()
    } else if (fault?.kind === 'answer') answer.writeHead(fault.status, fault.headers).end(fault.body)
    else if (fault?.kind === 'cut-before' || fault?.kind === 'late') answer.destroy()
    else await passOn(fault, await forward(), { answer, question: `${method} ${path}` })
  }

  async function passOn(
    fault: HttpFault | undefined,
    whole: Whole,
    { answer, question }: { readonly answer: ServerResponse; readonly question: string },
  ): Promise<void> {
    const shown = fault?.kind === 'stale' ? (answerByQuestion.get(question) ?? whole) : whole
    // That nothing has changed is said to one who knows it, and to nobody else.
    if (fault?.kind !== 'stale' && whole.status !== 304) answerByQuestion.set(question, whole)
    const half = shown.body.subarray(0, Math.floor(shown.body.length / 2))
    const headers = { ...shown.headers, 'content-length': shown.body.length }
    if (fault?.kind === 'answer-after') answer.writeHead(fault.status).end()
    else if (fault?.kind === 'shorten')
      answer.writeHead(shown.status, { ...headers, 'content-length': half.length }).end(half)
    else if (fault?.kind === 'truncate') {
      answer.writeHead(shown.status, headers)
      await new Promise((resolve) => answer.write(half, resolve))
      answer.destroy()
    } else if (fault?.kind === 'cut-after') answer.destroy()
    else answer.writeHead(shown.status, headers).end(shown.body)
  }

  const server = createServer((incoming, answer) => {
    handle(incoming, answer).catch(() => answer.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${String(port)}/`,
    fault: () => undefined,
    asked,
    async deliverLate() {
      for (const forward of late.splice(0)) await forward()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}

/** The server must see its own name at `target`, and what names it (`Destination`) as well; where a signature covers it, the proxy's. */
function headersFor(
  headers: IncomingMessage['headers'],
  fault: HttpFault | undefined,
  target: string | undefined,
): OutgoingHttpHeaders {
  const own: OutgoingHttpHeaders = { ...headers, connection: 'close' }
  delete own['transfer-encoding']
  const { destination } = headers
  if (target !== undefined) own['host'] = new URL(target).host
  if (target !== undefined && typeof destination === 'string')
    own['destination'] = new URL(new URL(destination).pathname, target).href
  return fault?.kind === 'rewrite' ? { ...own, ...fault.headers } : own
}

function exchange(
  target: URL,
  { method, path }: ProxiedRequest,
  headers: OutgoingHttpHeaders,
  body: Buffer,
): Promise<Whole> {
  return new Promise((resolve, reject) => {
    const outgoing = askHttp(
      {
        host: target.hostname,
        port: target.port,
        method,
        path,
        headers: { ...headers, 'content-length': body.length },
      },
      (answer) => {
        bodyOf(answer).then((whole) => {
          const { 'transfer-encoding': _chunked, connection: _hop, ...rest } = answer.headers
          resolve({ status: answer.statusCode ?? 0, headers: rest, body: whole })
        }, reject)
      },
    )
    outgoing.on('error', reject).end(body)
  })
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
