import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createDriveApi } from './drive-api.ts'
import { plainClient } from './drive-plain-client.ts'
import { openDriveStore } from './drive-store.ts'
import type { DriveTokens } from './drive-tokens.ts'
import type { HttpLine } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

/** A Drive as a page reaches it, which nobody lasting has signed in to. */
export interface PlainDrive {
  /** Good for an hour at most, and not renewed. */
  readonly accessToken: string
  readonly line: HttpLine
  readonly clock: Clock
  /** Another one than Google's. */
  readonly apiUrl?: string | undefined
}

/** As `connectDrive`, with what the account is called by Google. */
export async function connectPlainDrive(
  { accessToken, line, clock, apiUrl }: PlainDrive,
  cut: AbortSignal,
): Promise<{ readonly store: ConnectedBlobStore; readonly account: string }> {
  const api = createDriveApi(plainClient({ line, tokens: shortToken(accessToken), apiUrl }))
  const account = await api.account(cut)
  const store = await openDriveStore({ api, clock }, account, cut).catch((cause: unknown) => {
    throw cause instanceof CloudError && cause.code === 'medium-gone' ? notIn(account) : cause
  })
  return { store, account }
}

function notIn(account: string): Error {
  return createMediumError('medium-gone', `Google let you in as ${account}, and no copy of a profile lies there for this client. Sign in with the account that holds it, by a client of the project that put it there.`) // prettier-ignore
}

function shortToken(accessToken: string): DriveTokens {
  return {
    current: () => Promise.resolve(accessToken),
    renewed: () =>
      Promise.reject(createMediumError('medium-forbidden', 'This page’s sign-in to Google has ended, as each does after an hour. Sign in again.')), // prettier-ignore
  }
}
