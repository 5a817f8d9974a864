import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStoreCapabilities, CasOutcome } from '@cloudos/protocol/ports'
import { hashOf } from './blob-hash.ts'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { HttpAnswer } from './http-answer.ts'
import { createMediumError } from './medium-error.ts'
import type { Medium } from './medium.ts'
import { codeOf, refusedByS3 } from './s3-client.ts'
import type { S3Requests } from './s3-client.ts'

/** Objects `h/<head>` that are replaced on condition of their ETag, and `b/<sha-256>`. */
export function createS3Medium(s3: S3Requests, capabilities: BlobStoreCapabilities): Medium {
  const { maxBlobBytes } = capabilities

  async function find(key: string, maxBytes: number, cut: AbortSignal): Promise<HttpAnswer | undefined> {
    const answer = await s3.send('GET', key, { repeats: true, maxBytes }, cut)
    if (answer.status === 200) return answer
    if (answer.status === 404 && codeOf(answer) !== 'NoSuchBucket') return undefined
    throw refusedByS3(answer)
  }

  async function isWhole(name: Hash, cut: AbortSignal): Promise<boolean> {
    const present = await find('b/' + name, maxBlobBytes, cut)
    return present !== undefined && (await hashOf(present.body)) === name
  }

  return {
    capabilities,
    async readHead(name, cut) {
      const found = await find('h/' + name, LIMITS.headMaxBytes, cut)
      return found && { heads: [found.body], version: etagOf(found) }
    },
    async casHead(name, bytes, expected, cut) {
      const headers: Record<string, string> =
        expected === undefined ? { 'If-None-Match': '*' } : { 'If-Match': expected }
      const asked = s3.send('PUT', 'h/' + name, { repeats: false, body: bytes, headers }, cut)
      const answer = await asked.catch(unanswered)
      return answer === undefined ? 'unknown' : outcomeOf(answer)
    },
    async readBlob(name, cut) {
      return (await find('b/' + name, maxBlobBytes, cut))?.body
    },
    async writeBlob(name, bytes, cut) {
      if (await isWhole(name, cut)) return 'stored'
      cut.throwIfAborted()
      const answer = await s3.send('PUT', 'b/' + name, { repeats: false, body: bytes }, cut).catch(unanswered)
      if (answer === undefined || (answer.status >= 500 && answer.status !== 507)) return 'unknown'
      if (answer.status === 200) return isKept(answer) ? 'stored' : 'unknown'
      throw refusedByS3(answer)
    },
    async *list(prefix, cut) {
      for (const folder of ['b/', 'h/'])
        if (folder.startsWith(prefix.slice(0, 2)))
          for await (const { key } of s3.objects(folder, cut)) if (isOurs(key)) yield key
    },
    async delete({ kind, name }, cut) {
      const key = (kind === 'head' ? 'h/' : 'b/') + name
      const answer = await s3.send('DELETE', key, { repeats: false }, cut)
      if (answer.status !== 404 && answer.status >= 300) throw refusedByS3(answer)
    },
    async measureRoom(cut) {
      let usedBytes = 0
      for (const folder of ['b/', 'h/'])
        for await (const { key, sizeBytes } of s3.objects(folder, cut)) if (isOurs(key)) usedBytes += sizeBytes
      return { usedBytes }
    },
    async [Symbol.asyncDispose]() {
      // Nothing stays open between requests.
    },
  }
}

/** Whoever else writes into the bucket may put what they like there. */
function isOurs(key: string): boolean {
  return /^(?:b\/[0-9a-f]{64}|h\/[a-z0-9][a-z0-9-]{0,63})$/.test(key)
}

/** A weak one does not tell versions apart. */
function etagOf({ headers }: HttpAnswer): string {
  const etag = headers.get('etag') ?? ''
  if (/^"[^"]+"$/.test(etag)) return etag
  throw createMediumError(
    'medium-failed',
    'The server gives its objects no strong ETag: versions cannot be told apart.',
  )
}

/** A store names the version that it has made; a network's sign-in page, which answers in its place, does not. */
function isKept({ headers }: HttpAnswer): boolean {
  return headers.has('etag')
}

/** 409: two at once, and this one was not applied. 404: what it should replace was deleted. */
function outcomeOf(answer: HttpAnswer): CasOutcome {
  const { status } = answer
  if (status === 200) return isKept(answer) ? 'ok' : 'unknown'
  if (status === 412 || status === 409 || (status === 404 && codeOf(answer) !== 'NoSuchBucket')) return 'conflict'
  if (status >= 500 && status !== 507) return 'unknown'
  throw refusedByS3(answer)
}

function unanswered(cause: unknown): undefined {
  if (cause instanceof CloudError && cause.code === 'medium-unreachable') return undefined
  throw cause
}
