import { parseDriveAddress } from '@cloudos/protocol/drive-address'
import type { Clock, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createHttpLine } from '@cloudos/storage-adapters/http-line'
import { directKind } from './direct-place.ts'

/** Without an agent; only the adapter that is used is loaded. Rejects with `CloudError`. */
export async function connectDirect(where: string, token: string, clock: Clock): Promise<ConnectedBlobStore> {
  const line = createHttpLine({ fetch: (url, init) => fetch(url, init), clock, random: Math.random, timeoutMs: 30_000 })
  const cut = AbortSignal.timeout(60_000)
  if (directKind(where) === 'drive') {
    const { connectPlainDrive } = await import('@cloudos/storage-adapters/drive-plain')
    const apiUrl = parseDriveAddress(where).service?.apiUrl
    return (await connectPlainDrive({ accessToken: token, line, clock, apiUrl }, cut)).store
  }
  const [{ connectGithub }, { githubPlace }] = await Promise.all([
    import('@cloudos/storage-adapters/github'),
    import('./github-place.ts'),
  ])
  return (await connectGithub({ ...githubPlace(where, token), line }, cut)).store
}
