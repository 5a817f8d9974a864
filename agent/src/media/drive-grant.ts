import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Credential } from './kinds.ts'

/** What it takes to come back to a Drive without the person. */
export interface DriveGrant {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

/** Kept sealed as one text, since each half is useless without the other. */
export function secretFrom({ clientSecret, refreshToken }: Omit<DriveGrant, 'clientId'>): string {
  return `${clientSecret} ${refreshToken}`
}

export function grantFrom(clientId: string, credential: Credential | undefined): DriveGrant {
  const [clientSecret = '', refreshToken = '', more] = (credential?.secret ?? '').split(' ')
  if (clientSecret !== '' && refreshToken !== '' && more === undefined) return { clientId, clientSecret, refreshToken }
  throw new CloudError('no-credential', 'Sign in to Google first: add the copy on the Storage page, or with cloudos drive begin.') // prettier-ignore
}
