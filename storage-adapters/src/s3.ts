import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'
import { unpublishedName } from './folder-names.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HttpLine } from './http-line.ts'
import { createMediumError } from './medium-error.ts'
import { createS3Requests, parseS3Address, refusedByS3 } from './s3-client.ts'
import type { S3Credential, S3Requests } from './s3-client.ts'
import { createS3Medium } from './s3-medium.ts'

export interface S3Place {
  /** As `parseS3Address` takes it; the bucket exists. */
  readonly address: string
  readonly credential: S3Credential
  readonly line: HttpLine
}

const MARK = 'README.txt'
const NOTE = new Uint8Array(
  utf8(`These objects hold a CloudOS profile, sealed: nothing in them can be read without a way in.
Keep them whole. Copying them to a safe place is a backup; deleting one loses data.
`),
)

/**
 * Makes a folder of a bucket a medium; harmless when it is one. Rejects in the words of the port, and with 'medium-failed' when the
 * server cannot keep two writers apart.
 */
export async function foundS3(place: S3Place, cut: AbortSignal): Promise<void> {
  const s3 = requestsTo(place)
  await requireConditions(s3, place.address, cut)
  const answer = await s3.send('PUT', MARK, { repeats: true, body: NOTE }, cut)
  if (answer.status !== 200) throw refusedByS3(answer)
}

/**
 * Opens what `foundS3` has made a medium. `medium-gone` when it is none; 'medium-failed' when the server ignores the conditions on which
 * two writers rely, which is tried each time.
 */
export async function connectS3(place: S3Place, failureDomain: string, cut: AbortSignal): Promise<ConnectedBlobStore> {
  const s3 = requestsTo(place)
  const mark = await s3.send('GET', MARK, { repeats: true }, cut)
  if (mark.status === 404)
    throw createMediumError('medium-gone', 'There is no CloudOS profile in this bucket, or it was emptied.')
  if (mark.status !== 200) throw refusedByS3(mark)
  await requireConditions(s3, place.address, cut)
  const size = { maxBlobBytes: LIMITS.blobMaxBytes, tellsRoom: 'own' as const }
  const capabilities = { cas: true, ...size, evictable: false, failureDomain }
  return createBlobStore(createS3Medium(s3, capabilities))
}

function requestsTo({ address, credential, line }: S3Place): S3Requests {
  return createS3Requests(parseS3Address(address), credential, line)
}

/** Writes where something lies, and over what has another ETag: both must be refused. A bucket that is full or read-only can be read. */
async function requireConditions(s3: S3Requests, address: string, cut: AbortSignal): Promise<void> {
  const key = unpublishedName()
  const put = (headers: Record<string, string>) =>
    s3.send('PUT', key, { repeats: false, body: new Uint8Array([1]), headers }, cut)
  const first = await put({ 'If-None-Match': '*' })
  if (first.status === 403 || first.status === 507) return
  try {
    expectStatus(first, 200, address)
    expectStatus(await put({ 'If-None-Match': '*' }), 412, address)
    expectStatus(await put({ 'If-Match': '"00000000000000000000000000000000"' }), 412, address)
    expectStatus(await put({ 'If-Match': first.headers.get('etag') ?? '' }), 200, address)
  } finally {
    await Promise.allSettled([s3.send('DELETE', key, { repeats: false }, cut)])
  }
}

/** Throws when the server keeps a condition differently, or did not get as far as to look at it. */
function expectStatus(answer: HttpAnswer, wanted: 200 | 412, address: string): void {
  if (answer.status === wanted) return
  if (answer.status !== 200 && answer.status !== 412 && answer.status !== 501) throw refusedByS3(answer)
  throw new CloudError(
    'medium-failed',
    `${new URL(address).host} does not keep the conditions it is given (If-None-Match, If-Match). Two devices that write at once would lose edits there, so no copy is kept on it.`,
  )
}
