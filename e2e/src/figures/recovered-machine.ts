import type { AddedKind, NewMedium } from '@cloudos/protocol/storage-commands'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import { leaveOnMedia, recoverFrom, showByDevice } from '../left-household.ts'
import type { LeftBehind } from '../left-household.ts'

export interface RecoveredMachine {
  readonly kind: AddedKind
  /** From the start of the command to its end. */
  readonly tookMs: number
  /** Of the agent's process; the command's own is not in it. */
  readonly processorMs: number
  readonly isSameState: boolean
}

/** A profile of this many edits comes back on an empty machine, from each medium alone. */
export async function recoverFromEach(edits: number): Promise<readonly RecoveredMachine[]> {
  await using stack = new AsyncDisposableStack()
  const bucket = stack.use(await startFakeS3())
  const hub = stack.use(await startFakeGithub())
  const { owner, repo } = hub.repository
  const google = stack.use(await startFakeDrive())
  const { clientSecret, refreshToken } = grantOf(google)
  const dav = WEBDAV_PROGRAMS.find(({ missing }) => missing === undefined)
  const shelf = stack.use(await createTemporaryFolder())
  const server = dav && stack.use(await dav.start(shelf.path))
  const left = await leaveOnMedia(stack, edits, [
    ...(server === undefined ? [] : [{ kind: 'webdav', where: `${server.url}cloudos/`, ...WEBDAV_ACCOUNT } as const]),
    { kind: 's3', where: `${bucket.url}bucket/cloudos/`, ...S3_KEY },
    {
      kind: 'drive',
      where: google.url + google.oauth.clientId,
      account: google.oauth.email,
      secret: `${clientSecret} ${refreshToken}`,
    },
    { kind: 'github', where: `${hub.apiUrl}/${owner}/${repo}`, secret: hub.token },
  ])
  const machines: RecoveredMachine[] = []
  for (const place of left.places) machines.push(await recoveredFrom(left, place))
  const [folder] = left.places
  if (folder === undefined) return machines
  const { place, stateHash } = await showByDevice(stack, left, folder)
  return [...machines, await recoveredFrom({ ...left, stateHash }, place)]
}

async function recoveredFrom(left: LeftBehind, place: NewMedium): Promise<RecoveredMachine> {
  const { tookMs, processorMs, stateHash, problem } = await recoverFrom(left, place)
  return { kind: place.kind, tookMs, processorMs, isSameState: stateHash === left.stateHash && problem === undefined }
}
