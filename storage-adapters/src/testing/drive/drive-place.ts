import type { DrivePlace } from '../../drive.ts'
import type { PlainDrive } from '../../drive-plain.ts'
import type { DriveGrant } from '../../drive-tokens.ts'
import type { FakeDrive } from './fake-drive.ts'
import { createTestClock, createTestLine } from '../http-line.ts'

/** A Drive at `url`, by a line and a clock that wait for nothing. */
export function drivePlace(url: string, grant: DriveGrant): DrivePlace {
  const clock = createTestClock()
  return { grant, clock, line: createTestLine({ clock }), service: { apiUrl: url, tokenUrl: `${url}token` } }
}

/** As somebody who has signed in to it. */
export function grantOf({ oauth }: FakeDrive): DriveGrant {
  return { clientId: oauth.clientId, clientSecret: oauth.clientSecret, refreshToken: oauth.signedIn() }
}

/** As a page that has just come back from the sign-in. */
export function plainDrive({ url, oauth, space }: FakeDrive): PlainDrive {
  const clock = createTestClock()
  return { accessToken: oauth.shortToken(space.nowMs), clock, line: createTestLine({ clock }), apiUrl: url }
}
