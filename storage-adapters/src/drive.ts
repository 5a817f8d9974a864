import type { Clock, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createDriveApi } from './drive-api.ts'
import { googleClient } from './drive-google-client.ts'
import { createIdPool } from './drive-ids.ts'
import { ROOT } from './drive-names.ts'
import type { DriveApi } from './drive-port.ts'
import { encodeDriveRecord } from './drive-record.ts'
import { openDriveStore } from './drive-store.ts'
import { createDriveTokens, GOOGLE_TOKENS } from './drive-tokens.ts'
import type { DriveGrant } from './drive-tokens.ts'
import type { HttpLine } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

export interface DrivePlace {
  readonly grant: DriveGrant
  readonly line: HttpLine
  readonly clock: Clock
  /** Another one than Google's, for tests. */
  readonly service?: DriveEndpoints | undefined
}

export interface DriveEndpoints {
  readonly apiUrl: string
  readonly tokenUrl: string
}

/** While the list does not show a root that was made: 15 s in all. */
const LIST_LAG_WAITS_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000]

/** Makes the application's own folder of a Drive a medium; harmless when it is one. Rejects in the words of the port. */
export async function foundDrive(place: DrivePlace, cut: AbortSignal): Promise<void> {
  const api = apiOf(place)
  if (await hasRoot(api, cut)) return
  const ids = createIdPool(api)
  const id = await ids.draw(cut)
  const record = { root: id, gen: 0, next: await ids.draw(cut), heads: [], blobs: [], merged: [] }
  const { kind } = await api.create({ id, name: ROOT, bytes: await encodeDriveRecord(record) }, { repeats: true }, cut)
  if (kind === 'unknown') throw createMediumError('medium-unreachable', 'Google Drive does not answer. Try again.')
  // Whoever connects looks for it in a list, and so does another device that is about to make one.
  for (const waitMs of LIST_LAG_WAITS_MS) {
    if (await hasRoot(api, cut)) return
    await place.clock.sleep(waitMs, cut)
    cut.throwIfAborted()
  }
  throw createMediumError('medium-unreachable', 'Google Drive does not show what was made there yet. Try again in a minute.') // prettier-ignore
}

/** Opens what `foundDrive` has made a medium; `medium-gone` when it is none. */
export function connectDrive(place: DrivePlace, account: string, cut: AbortSignal): Promise<ConnectedBlobStore> {
  return openDriveStore({ api: apiOf(place), clock: place.clock }, account, cut)
}

/** The address of the account that has signed in. */
export function findDriveAccount(place: DrivePlace, cut: AbortSignal): Promise<string> {
  return apiOf(place).account(cut)
}

async function hasRoot(api: DriveApi, cut: AbortSignal): Promise<boolean> {
  for await (const file of api.list({ query: `name = '${ROOT}'`, order: 'name' }, cut))
    if (file.name === ROOT) return true
  return false
}

function apiOf({ grant, line, clock, service }: DrivePlace): DriveApi {
  const tokens = createDriveTokens(grant, { tokenUrl: service?.tokenUrl ?? GOOGLE_TOKENS, line, clock })
  return createDriveApi(googleClient({ line, tokens, apiUrl: service?.apiUrl }))
}
