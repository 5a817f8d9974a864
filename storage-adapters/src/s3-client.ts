import { AwsClient } from 'aws4fetch'
import { hashOf } from './blob-hash.ts'
import { faultOf } from './http-answer.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HttpLine, HttpRequest } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

/** An access key: its id and its secret half. */
export interface S3Credential {
  readonly account: string
  readonly secret: string
}

/** Where objects lie: `https://endpoint/bucket/folder/`, or with the bucket in the name of the host. */
export interface S3Address {
  /** Of the bucket, without a slash at its end. */
  readonly bucketUrl: string
  /** What the keys begin with: empty, or with a slash at its end. */
  readonly prefix: string
  readonly region: string
}

/** Signed requests to one bucket. Any status resolves. */
export interface S3Requests {
  send(method: string, key: string, more: S3Request, signal: AbortSignal): Promise<HttpAnswer>
  /** Those whose keys begin so, without the prefix of the address. */
  objects(prefix: string, signal: AbortSignal): AsyncIterable<S3Object>
}

export interface S3Object {
  readonly key: string
  readonly sizeBytes: number
}

export type S3Request = Pick<HttpRequest, 'repeats' | 'maxBytes'> & {
  readonly body?: Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

const LIST_MAX_BYTES = 4 * 1024 * 1024

/** `?region=` names the region, else the host does, else it is `us-east-1`; `?style=virtual` says that the host names the bucket. */
export function parseS3Address(address: string): S3Address {
  const url = new URL(address)
  const [, amazonRegion] = /(?:^|\.)s3[.-]([a-z]{2}-[a-z-]+-\d)\.amazonaws\.com$/.exec(url.hostname) ?? []
  const isVirtual = url.searchParams.get('style') === 'virtual' || /^.+\.s3[.-].*amazonaws\.com$/.test(url.hostname)
  const parts = url.pathname.split('/').filter((part) => part !== '')
  const bucket = isVirtual ? '' : '/' + (parts.shift() ?? '')
  return {
    bucketUrl: url.origin + bucket,
    prefix: parts.map((part) => part + '/').join(''),
    region: url.searchParams.get('region') ?? amazonRegion ?? 'us-east-1',
  }
}

export function createS3Requests(address: S3Address, { account, secret }: S3Credential, line: HttpLine): S3Requests {
  const client = new AwsClient({
    accessKeyId: account,
    secretAccessKey: secret,
    service: 's3',
    region: address.region,
    retries: 0,
  })

  async function ask(method: string, url: string, more: S3Request, signal: AbortSignal): Promise<HttpAnswer> {
    const { body, headers, maxBytes, repeats } = more
    const sum = await hashOf(body ?? new Uint8Array())
    const signed = async (): Promise<HttpRequest> => {
      const { headers: own } = await client.sign(url, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': sum },
        ...(body && { body }),
      })
      return { method, headers: own, ...(body && { body }), ...(maxBytes !== undefined && { maxBytes }), repeats }
    }
    return line(url, signed, signal)
  }

  return {
    send: (method, key, more, signal) => ask(method, `${address.bucketUrl}/${address.prefix}${key}`, more, signal),
    async *objects(prefix, signal) {
      for (let token: string | undefined = ''; token !== undefined;) {
        const query = new URLSearchParams({ 'list-type': '2', prefix: address.prefix + prefix })
        if (token !== '') query.set('continuation-token', token)
        const url = `${address.bucketUrl}?${query.toString()}`
        const answer = await ask('GET', url, { repeats: true, maxBytes: LIST_MAX_BYTES }, signal)
        if (answer.status !== 200) throw refusedByS3(answer)
        const text = wholeList(answer)
        for (const [, contents = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
          const [key = ''] = elements(contents, 'Key')
          const sizeBytes = Number(elements(contents, 'Size')[0] ?? 0)
          if (key.startsWith(address.prefix)) yield { key: key.slice(address.prefix.length), sizeBytes }
        }
        const [next] = elements(text, 'NextContinuationToken')
        token = elements(text, 'IsTruncated')[0] === 'true' ? next : undefined
      }
    },
  }
}

function wholeList({ body }: HttpAnswer): string {
  const text = new TextDecoder().decode(body)
  if (/<\/ListBucketResult\s*>\s*$/.test(text)) return text
  throw createMediumError('medium-unreachable', 'The server does not list the bucket whole. It is tried again.')
}

/** The texts of the elements of one name. All that is read so are keys of our own, sizes, one token and one word. */
function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => decodeEntities(text))
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|([a-z]+));/g, (whole, decimal?: string, hex?: string, name = '') => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16))
    return ENTITIES[String(name)] ?? whole
  })
}

/** The word by which S3 names an error. */
export function codeOf({ body }: HttpAnswer): string | undefined {
  return elements(new TextDecoder().decode(body.subarray(0, 4096)), 'Code')[0]
}

/** What a refusal of S3 means in the words of the port, for the person. */
export function refusedByS3(answer: HttpAnswer): Error {
  const code = codeOf(answer)
  switch (code) {
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return createMediumError('medium-forbidden', 'The server does not accept this access key. Add the copy again with the right one.') // prettier-ignore
    case 'RequestTimeTooSkewed':
      return createMediumError('medium-forbidden', 'The clock of this device is wrong by more than the server allows. Set it, then try again.') // prettier-ignore
    case 'NoSuchBucket':
      return createMediumError('medium-gone', 'There is no such bucket. Make it first, or check the address.')
    case 'QuotaExceeded':
      return createMediumError('medium-full', 'The bucket has no room left: make some, then try again.')
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return createMediumError('medium-failed', 'The bucket lies in another region: name it in the address, with ?region=…') // prettier-ignore
    case 'NotImplemented':
    case undefined:
    default: {
      const [fault, sentence] = faultOf(answer.status)
      return createMediumError(fault, sentence)
    }
  }
}
