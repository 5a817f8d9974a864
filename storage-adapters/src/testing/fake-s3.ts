import { createHash, createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A second key to the same bucket. */
export const OTHER_S3_KEY = { account: 'AKIDOTHER', secret: 'uEg1nXwM8pJ3dTqB5sLzR7vKcY2hFa+DgNxOiW4k' }

export const S3_KEY = { account: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

export interface FakeS3 extends AsyncDisposable {
  readonly url: string
  /** As the store that ignores `If-None-Match` and `If-Match` on PUT would. */
  ignoresConditions: boolean
  /** The next list begins again after its first page, once. */
  repeatsFirstPage: boolean
  /** By bucket and key. */
  readonly objects: Map<string, Buffer>
  /** What whoever comes with the other key is shown and writes to instead, while it is set. */
  otherObjects: Map<string, Buffer> | undefined
}

interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

const PAGE_KEYS = 3
const SKEW_MAX_MS = 15 * 60_000

/**
 * A store that answers as Amazon documents it for general purpose buckets: PutObject with conditions, GetObject, DeleteObject and
 * ListObjectsV2 in path style, errors as XML with their codes, signatures of version 4 checked by its own reckoning. One bucket, `bucket`.
 */
export async function startFakeS3(): Promise<FakeS3> {
  const objects = new Map<string, Buffer>()
  const server = createServer((incoming, answer) => {
    void collect(incoming).then((body) => {
      const { method = 'GET', url = '/', headers } = incoming
      reply(answer, { method, url: new URL(url, fake.url), headers, body })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  function reply(answer: ServerResponse, asked: Asked): void {
    const shown = accountOf(asked) === OTHER_S3_KEY.account ? (fake.otherObjects ?? objects) : objects
    const refusal = refuseSignature(asked)
    if (refusal !== undefined) return refuse(answer, refusal === 'BadDigest' ? 400 : 403, refusal)
    const [, bucket = '', ...rest] = decodeURIComponent(asked.url.pathname).split('/')
    const key = rest.join('/')
    if (bucket !== 'bucket') return refuse(answer, 404, 'NoSuchBucket')
    if (key === '') return list(answer, shown, asked.url.searchParams)
    const found = shown.get(key)
    switch (asked.method) {
      case 'GET':
        if (found === undefined) return refuse(answer, 404, 'NoSuchKey')
        answer.writeHead(200, { etag: etagOf(found), 'content-length': found.length }).end(found)
        return
      case 'PUT': {
        const failed = fake.ignoresConditions ? undefined : refuseCondition(asked, found)
        if (failed !== undefined) return refuse(answer, failed === 'NoSuchKey' ? 404 : 412, failed)
        shown.set(key, asked.body)
        answer.writeHead(200, { etag: etagOf(asked.body) }).end()
        return
      }
      case 'DELETE':
        shown.delete(key)
        answer.writeHead(204).end()
        return
      default:
        refuse(answer, 405, 'MethodNotAllowed')
    }
  }

  function list(answer: ServerResponse, shown: ReadonlyMap<string, Buffer>, query: URLSearchParams): void {
    const prefix = query.get('prefix') ?? ''
    const asked = query.get('continuation-token') ?? ''
    const after = fake.repeatsFirstPage ? '' : asked
    if (asked !== '') fake.repeatsFirstPage = false
    const keys = [...shown.keys()].filter((key) => key.startsWith(prefix)).sort()
    const rest = keys.filter((key) => token(key) > after)
    const page = rest.slice(0, PAGE_KEYS)
    const isTruncated = rest.length > page.length
    const sizeOf = (key: string) => String(objects.get(key)?.length ?? 0)
    const contents = page
      .map((key) => `<Contents><Key>${escape(key)}</Key><Size>${sizeOf(key)}</Size></Contents>`)
      .join('')
    const next = isTruncated ? `<NextContinuationToken>${escape(token(page.at(-1) ?? ''))}</NextContinuationToken>` : ''
    answer
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(
        `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>${escape(prefix)}</Prefix><KeyCount>${String(page.length)}</KeyCount><MaxKeys>${String(PAGE_KEYS)}</MaxKeys><IsTruncated>${String(isTruncated)}</IsTruncated>${contents}${next}</ListBucketResult>`,
      )
  }

  const fake: FakeS3 = {
    url: `http://127.0.0.1:${String(port)}/`,
    ignoresConditions: false,
    repeatsFirstPage: false,
    objects,
    otherObjects: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

/** Opaque, with what XML and URLs have to escape in it. */
function token(key: string): string {
  return `${key}&+="/`
}

function refuseCondition({ headers }: Asked, found: Buffer | undefined): string | undefined {
  if (headers['if-none-match'] === '*' && found !== undefined) return 'PreconditionFailed'
  const expected = headers['if-match']
  if (expected === undefined) return undefined
  if (found === undefined) return 'NoSuchKey'
  return etagOf(found) === expected ? undefined : 'PreconditionFailed'
}

function accountOf({ headers }: Asked): string | undefined {
  return /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1]
}

/** By the rules that Amazon publishes for the version 4 of its signatures, and not by the library that made this one. */
function refuseSignature({ method, url, headers, body }: Asked): string | undefined {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '') // prettier-ignore
  if (match === null) return 'AccessDenied'
  const [, account, day = '', region = '', signedNames = '', signature] = match
  const pair = [S3_KEY, OTHER_S3_KEY].find((one) => one.account === account)
  if (pair === undefined) return 'InvalidAccessKeyId'
  const at = String(headers['x-amz-date'])
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at) ?? []
  const atMs = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s))
  if (!(Math.abs(Date.now() - atMs) < SKEW_MAX_MS) || !at.startsWith(day)) return 'RequestTimeTooSkewed'
  const sum = String(headers['x-amz-content-sha256'])
  if (createHash('sha256').update(body).digest('hex') !== sum) return 'BadDigest'
  const names = signedNames.split(';')
  if (names.some((name) => headers[name] === undefined) || !names.includes('host')) return 'SignatureDoesNotMatch'
  const conditions = ['if-match', 'if-none-match'].filter((name) => headers[name] !== undefined)
  if (conditions.some((name) => !names.includes(name))) return 'SignatureDoesNotMatch'
  const query = [...url.searchParams]
    .map(([name, value]) => `${strict(name)}=${strict(value)}`)
    .sort()
    .join('&')
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signedNames,
    sum,
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${at}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    'AWS4' + pair.secret,
  )
  return createHmac('sha256', key).update(text).digest('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())
}

function refuse(answer: ServerResponse, status: number, code: string): void {
  answer
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
